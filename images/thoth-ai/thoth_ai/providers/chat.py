"""A conversation with a model, in whatever dialect it speaks."""

from collections.abc import Callable, Iterator, Sequence

from thoth_ai.providers.connection import Connection, Reply
from thoth_ai.providers.dialect import Dialect
from thoth_ai.providers.documents import dig
from thoth_ai.providers.draft import Draft
from thoth_ai.providers.patience import PassingError, Patience
from thoth_ai.providers.refusals import UsageRefusedError, refusal_in_stream
from thoth_ai.providers.replies import parts
from thoth_ai.providers.types import Completion, Failure, Message, ignore


class StreamingChat:
    """Asks again as long as nothing was heard; what was heard is never taken back."""

    def __init__(
        self, model: str, dialect: Dialect, connection: Connection, seconds: float
    ) -> None:
        self.provider = connection.provider
        self.model = model
        self._dialect = dialect
        self._connection = connection
        self._seconds = seconds
        self._asks_usage = True

    def complete(
        self, messages: Sequence[Message], *, heard: Callable[[str], None] = ignore
    ) -> Completion:
        """Ask; `heard` gets each piece of text, and what it raises ends the request."""
        return self._patience.persist(
            lambda deadline: self._ask(messages, heard, deadline), self._seconds
        )

    @property
    def _patience(self) -> Patience:
        return self._connection.patience

    def _ask(
        self, messages: Sequence[Message], heard: Callable[[str], None], deadline: float
    ) -> Completion:
        if self._asks_usage:
            try:
                return self._hear(messages, heard, deadline)
            except UsageRefusedError:
                self._asks_usage = False
        return self._hear(messages, heard, deadline)

    def _hear(
        self, messages: Sequence[Message], heard: Callable[[str], None], deadline: float
    ) -> Completion:
        call = self._dialect.call(self.model, messages, usage=self._asks_usage)
        draft = Draft(self.provider, self.model)
        with self._connection.post(call, deadline) as reply:
            for piece in self._pieces(reply, draft):
                reply.expect_more_within(self._patience.idle_seconds)
                heard(piece)
        return draft.finished(messages)

    def _pieces(self, reply: Reply, draft: Draft) -> Iterator[str]:
        """Give the text; once some is given, a failure is final."""
        try:
            yield from self._listen(reply, draft)
        except PassingError as error:
            if not draft.pieces:
                raise
            failure = error.settled()
        else:
            return
        raise failure

    def _listen(self, reply: Reply, draft: Draft) -> Iterator[str]:
        for part in parts(reply.chunks, self.provider):
            if dig(part.document, "error") or dig(part.document, 0, "error"):
                raise refusal_in_stream(self.provider, part.document, self._connection.secret)
            piece = self._dialect.take(draft, part.document)
            draft.is_complete |= part.is_whole or part.is_end
            if piece:
                draft.add(piece)
                yield piece
            if draft.is_over or part.is_end:
                break
        if not draft.is_complete:
            message = f"the connection to {self.provider} ended before the answer was complete"
            raise PassingError(Failure.NETWORK, message)

"""Answers with SQL that a language model writes: checked, run read-only, repaired at most twice."""

from dataclasses import dataclass, field, replace

from django.conf import settings

from thoth_ai.answering import chart, draft, names, prompt, sql_guard
from thoth_ai.answering.draft import Declined, Draft, UnreadableReplyError
from thoth_ai.answering.reading import QueryFailedError, QueryTimeoutError, Result
from thoth_ai.answering.schema import Schema
from thoth_ai.language_model import LanguageModel
from thoth_ai.providers.types import Completion, Message, ProviderError, Usage
from thoth_ai.questions.answers import Answer, NoAnswer, Reason, Reply, Source
from thoth_ai.questions.asked import Asked, no_answer
from thoth_ai.questions.background import Known
from thoth_ai.questions.hearing import Piece, Step
from thoth_ai.questions.point_index import Found
from thoth_ai.workspaces import readers
from thoth_ai.workspaces.models import Database

REPAIRS = 2
LAST_REPAIR_AFTER = 120.0


class _TroubleError(Exception):
    """What was written cannot be answered with; the message is for the model and the user."""

    def __init__(self, reason: Reason, complaint: str, sql: str = "") -> None:
        super().__init__(complaint)
        self.reason, self.sql = reason, sql


@dataclass(slots=True)
class _Attempts:
    """The conversation with the model so far, and what it consumed."""

    messages: tuple[Message, ...]
    number: int = 0
    usage: Usage = field(default_factory=lambda: Usage(0, 0, 0.0))


@dataclass(frozen=True, slots=True)
class Writer:
    """One question to one database, put to a language model."""

    asked: Asked
    database: Database
    model: LanguageModel
    known: Known
    near: Found

    def answer(self) -> Reply:
        """Answer, or say why not; raises BusyError when the model has no free place."""
        told = prompt.compose(
            self.asked.question,
            self.known.schema,
            self.known.background,
            self.known.relevance,
            settings.PROMPT_TOKENS,
        )
        attempts = _Attempts(told.messages)
        try:
            reply = self._converse(attempts)
        except ProviderError as error:
            reply = no_answer(self.asked, Reason.MODEL_UNAVAILABLE, error.message, self.near)
        if isinstance(reply, Answer) and told.left_out:
            count = len(told.left_out)
            note = f"{count} of {len(self.known.schema.tables)} tables were not looked at."
            reply = replace(reply, assumptions=(*reply.assumptions, note))
        return replace(reply, usage=attempts.usage if attempts.number else None)

    def _converse(self, attempts: _Attempts) -> Reply:
        while True:
            completion = self._ask(attempts)
            try:
                return self._use(attempts, completion)
            except _TroubleError as trouble:
                if attempts.number > REPAIRS or self.asked.seconds > LAST_REPAIR_AFTER:
                    return self._give_up(trouble)
                self.asked.hear(Step("repair", "Mending the SQL", "running", str(trouble)))
                attempts.messages = prompt.repair(attempts.messages, completion.text, str(trouble))

    def _ask(self, attempts: _Attempts) -> Completion:
        chat, hear = self.model.chat, self.asked.hear
        title = f"{chat.model} writes SQL"
        hear(Step("model", title))
        attempts.number += 1
        try:
            completion = self.model.complete(
                attempts.messages, heard=lambda piece: hear(Piece(piece))
            )
        except ProviderError as error:
            hear(Step("model", title, "failed", error.message))
            raise
        attempts.usage += completion.usage
        hear(Step("model", title, "done"))
        return completion

    def _use(self, attempts: _Attempts, completion: Completion) -> Reply:
        try:
            read = draft.read(completion.text)
        except UnreadableReplyError as error:
            raise _TroubleError(Reason.FAILED, str(error)) from error
        if isinstance(read, Declined):
            return no_answer(self.asked, Reason.DECLINED, read.why, self.near)
        sql = self._checked(read.sql)
        return self._answered(attempts, completion, replace(read, sql=sql), self._run(sql))

    def _checked(self, sql: str) -> str:
        hear = self.asked.hear
        hear(Step("check", "Checking the SQL"))
        try:
            checked = check(sql, self.known.schema)
        except (sql_guard.RefusedSqlError, names.UnknownNameError) as error:
            hear(Step("check", "Checking the SQL", "failed", str(error)))
            raise _TroubleError(Reason.REFUSED, str(error), sql) from error
        hear(Step("check", "Checking the SQL", "done"))
        return checked

    def _run(self, sql: str) -> Result:
        hear = self.asked.hear
        hear(Step("run", "Running the query"))
        try:
            result = readers.reader_of(self.database).run(sql, readers.limits())
        except (QueryFailedError, QueryTimeoutError) as error:
            hear(Step("run", "Running the query", "failed", str(error)))
            slow = isinstance(error, QueryTimeoutError)
            raise _TroubleError(
                Reason.TIMEOUT if slow else Reason.FAILED, str(error), sql
            ) from error
        hear(Step("run", "Running the query", "done", f"{len(result.rows)} rows"))
        return result

    def _answered(
        self, attempts: _Attempts, completion: Completion, read: Draft, result: Result
    ) -> Answer:
        return Answer(
            workspace=self.database.workspace.name,
            question=self.asked.question,
            sql=read.sql,
            columns=result.columns,
            rows=result.rows,
            row_count=len(result.rows),
            truncated=result.truncated,
            notice=self.database.workspace.notice,
            source=Source("model", provider=self.model.chat.provider, model=completion.model),
            elapsed_ms=self.asked.elapsed_ms,
            evidence=(),
            assumptions=read.assumptions,
            explanation=read.explanation,
            restated=read.question,
            attempts=attempts.number,
            chart=chart.suited(result.columns, result.rows),
            previous=self.asked.previous,
        )

    def _give_up(self, trouble: _TroubleError) -> NoAnswer:
        message = f"The model's SQL does not work, also after {REPAIRS} repairs: {trouble}"
        reply = no_answer(self.asked, trouble.reason, message, self.near)
        return replace(reply, sql=trouble.sql)


def check(sql: str, schema: Schema) -> str:
    """Return SQL that may run here; raises RefusedSqlError or UnknownNameError."""
    checked = sql_guard.check(sql, dialect=schema.dialect)
    names.check(checked, schema)
    return checked

"""Messages: Anthropic's protocol."""

from collections.abc import Sequence

from thoth_ai.providers.connection import Call
from thoth_ai.providers.dialect import Dialect, of_system
from thoth_ai.providers.documents import count_at, dig, list_at, text_at
from thoth_ai.providers.draft import Draft, Stop
from thoth_ai.providers.types import Message

VERSION = "2023-06-01"
MOST_TOKENS = 8192
STOPS = {"max_tokens": Stop.CUT, "refusal": Stop.DECLINED}
INPUT_COUNTS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


class AnthropicDialect(Dialect):
    """Named events; the system's words stand apart, and a limit of tokens is required."""

    def call(self, model: str, messages: Sequence[Message], *, usage: bool) -> Call:  # noqa: ARG002 - usage always comes
        body: dict[str, object] = {
            "model": model,
            "max_tokens": MOST_TOKENS,
            "messages": [
                {"role": one.role, "content": one.text} for one in messages if one.role != "system"
            ],
            "stream": True,
        }
        if system := of_system(messages):
            body["system"] = system
        return Call("/v1/messages", body)

    def take(self, draft: Draft, document: object) -> str:
        kind = text_at(document, "type")
        message = dig(document, "message") if kind == "message_start" else document
        draft.note(
            model=text_at(message, "model"),
            input_tokens=_input_tokens(message),
            output_tokens=count_at(message, "usage", "output_tokens"),
        )
        reason = text_at(message, "delta", "stop_reason") or text_at(message, "stop_reason")
        if reason:
            draft.stop = STOPS.get(reason)
        if kind == "message_stop":
            draft.is_complete = draft.is_over = True
        if kind == "content_block_delta":
            return text_at(document, "delta", "text")
        return "".join(text_at(block, "text") for block in list_at(message, "content"))


def _input_tokens(message: object) -> int | None:
    counts = [count_at(message, "usage", name) for name in INPUT_COUNTS]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None

"""Chat completions: OpenAI's protocol, spoken by most."""

from collections.abc import Sequence

from thoth_ai.providers.connection import Call
from thoth_ai.providers.dialect import Dialect
from thoth_ai.providers.documents import count_at, dig, text_at
from thoth_ai.providers.draft import Draft, Stop
from thoth_ai.providers.types import Message

STOPS = {"length": Stop.CUT, "content_filter": Stop.DECLINED}


class OpenAIDialect(Dialect):
    """Streams end with a marker; usage comes only when asked for, and not everywhere."""

    def call(self, model: str, messages: Sequence[Message], *, usage: bool) -> Call:
        body: dict[str, object] = {
            "model": model,
            "messages": [{"role": one.role, "content": one.text} for one in messages],
            "stream": True,
        }
        if usage:
            body["stream_options"] = {"include_usage": True}
        return Call("/chat/completions", body)

    def take(self, draft: Draft, document: object) -> str:
        usage = dig(document, "usage") or dig(document, "x_groq", "usage")
        draft.note(
            model=text_at(document, "model"),
            input_tokens=count_at(usage, "prompt_tokens"),
            output_tokens=count_at(usage, "completion_tokens"),
        )
        cost = dig(usage, "cost")
        if isinstance(cost, int | float) and not isinstance(cost, bool):
            draft.cost_usd = float(cost)
        choice = dig(document, "choices", 0)
        draft.end(text_at(choice, "finish_reason"), STOPS)
        return _text(dig(choice, "delta", "content") or dig(choice, "message", "content"))


def _text(content: object) -> str:
    """Read content that is a text, or a list of parts of which some are text."""
    if isinstance(content, list):
        return "".join(text_at(part, "text") for part in content)
    return content if isinstance(content, str) else ""

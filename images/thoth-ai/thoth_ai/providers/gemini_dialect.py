"""Generate content: Gemini's protocol."""

from collections.abc import Sequence
from urllib.parse import quote

from thoth_ai.providers.connection import Call
from thoth_ai.providers.dialect import Dialect, of_system
from thoth_ai.providers.documents import count_at, dig, list_at, text_at
from thoth_ai.providers.draft import Draft, Stop
from thoth_ai.providers.types import Message

DONE = "STOP"
ROLES = {"user": "user", "assistant": "model"}


class GeminiDialect(Dialect):
    """Each document looks like a whole reply; the one with a reason to stop is the last."""

    def call(self, model: str, messages: Sequence[Message], *, usage: bool) -> Call:  # noqa: ARG002 - usage always comes
        body: dict[str, object] = {
            "contents": [
                {"role": ROLES[one.role], "parts": [{"text": one.text}]}
                for one in messages
                if one.role in ROLES
            ]
        }
        if system := of_system(messages):
            body["systemInstruction"] = {"parts": [{"text": system}]}
        return Call(f"{model_path(model)}:streamGenerateContent?alt=sse", body)

    def take(self, draft: Draft, document: object) -> str:
        if isinstance(document, list):
            return "".join(self.take(draft, part) for part in document)
        usage = dig(document, "usageMetadata")
        draft.note(
            model=text_at(document, "modelVersion"),
            input_tokens=count_at(usage, "promptTokenCount"),
            output_tokens=_output_tokens(usage),
        )
        reason = text_at(document, "candidates", 0, "finishReason")
        if text_at(document, "promptFeedback", "blockReason"):
            reason = "SAFETY"
        stop = Stop.CUT if reason == "MAX_TOKENS" else Stop.DECLINED
        draft.end(reason, {} if reason == DONE else {reason: stop})
        parts = list_at(document, "candidates", 0, "content", "parts")
        return "".join(text_at(part, "text") for part in parts if dig(part, "thought") is not True)


def model_path(model: str) -> str:
    """Return the path of a model, named with or without its folder."""
    return "/v1beta/models/" + quote(model.removeprefix("models/"), safe="")


def _output_tokens(usage: object) -> int | None:
    told = count_at(usage, "candidatesTokenCount")
    thought = count_at(usage, "thoughtsTokenCount")
    return None if told is None and thought is None else (told or 0) + (thought or 0)

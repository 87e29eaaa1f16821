"""The protocols of chats: what a request says, and what documents an answer is made of."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
GEMINI_PATH = re.compile(r"/v1beta/models/(?P<model>.+):(stream)?[gG]enerateContent$")


@dataclass(frozen=True, slots=True)
class Stream:
    """The documents of an answer: before the text, for a piece of it, and after."""

    before: Sequence[Document]
    piece: Callable[[str], Document]
    after: Sequence[Document]
    marker: str = ""
    names_events: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request for an answer says."""

    protocol: str
    model: str
    message: str
    streams: bool
    input_tokens: int


def read(path: str, body: Document) -> Asked | None:
    """Read a request for an answer; None if it is something else."""
    size = len(json.dumps(body)) // 4
    if path.endswith("/chat/completions"):
        message = _last(body.get("messages", []), "content")
        return Asked("openai", body.get("model", ""), message, bool(body.get("stream")), size)
    if path.endswith("/v1/messages"):
        message = _last(body.get("messages", []), "content")
        return Asked("anthropic", body.get("model", ""), message, bool(body.get("stream")), size)
    if found := GEMINI_PATH.search(path):
        message = _last(body.get("contents", []), "parts")
        return Asked("gemini", found["model"], message, ":stream" in path, size)
    return None


def _last(turns: Sequence[Mapping[str, Any]], name: str) -> str:
    said = [turn.get(name, "") for turn in turns if turn.get("role", "user") == "user"]
    last = said[-1] if said else ""
    return last if isinstance(last, str) else "".join(part.get("text", "") for part in last)


def stream(asked: Asked, text: str, *, usage: bool, stop: str) -> Stream:
    """Return the documents of a streamed answer."""
    tokens = (asked.input_tokens, max(1, len(text) // 4)) if usage else None
    return {"openai": _openai, "anthropic": _anthropic, "gemini": _gemini}[asked.protocol](
        asked.model, tokens, stop
    )


def whole(asked: Asked, text: str, *, usage: bool, stop: str) -> Document:
    """Return the one document of an answer that is not streamed."""
    tokens = (asked.input_tokens, max(1, len(text) // 4)) if usage else None
    if asked.protocol == "openai":
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": stop or "stop"}
        return {"model": asked.model, "choices": [choice], **_openai_usage(tokens)}
    if asked.protocol == "anthropic":
        blocks = [{"type": "text", "text": text}]
        counts = {"input_tokens": tokens[0], "output_tokens": tokens[1]} if tokens else {}
        told = {"type": "message", "model": asked.model, "content": blocks, "usage": counts}
        return {**told, "stop_reason": stop or "end_turn"}
    return _gemini_document(asked.model, text, stop or "STOP", tokens)


Tokens = tuple[int, int] | None


def _openai(model: str, tokens: Tokens, stop: str) -> Stream:
    def chunk(delta: Document, reason: str | None = None) -> Document:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return {"object": "chat.completion.chunk", "model": model, "choices": [choice]}

    after = [chunk({}, stop or "stop")]
    if tokens:
        after.append({"model": model, "choices": [], **_openai_usage(tokens)})
    before = [chunk({"role": "assistant", "content": ""})]
    return Stream(before, lambda text: chunk({"content": text}), after, marker="[DONE]")


def _openai_usage(tokens: Tokens) -> Document:
    if not tokens:
        return {}
    return {"usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]}}


def _anthropic(model: str, tokens: Tokens, stop: str) -> Stream:
    counts = {"input_tokens": tokens[0], "output_tokens": 1} if tokens else {}
    told = {"output_tokens": tokens[1]} if tokens else {}
    message = {"type": "message", "role": "assistant", "model": model, "content": []}
    block = {"type": "text", "text": ""}
    before: list[Document] = [
        {"type": "message_start", "message": {**message, "usage": counts}},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "ping"},
    ]
    after: list[Document] = [
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": stop or "end_turn"}, "usage": told},
        {"type": "message_stop"},
    ]

    def piece(text: str) -> Document:
        delta = {"type": "text_delta", "text": text}
        return {"type": "content_block_delta", "index": 0, "delta": delta}

    return Stream(before, piece, after, names_events=True)


def _gemini(model: str, tokens: Tokens, stop: str) -> Stream:
    return Stream(
        [],
        lambda text: _gemini_document(model, text, "", None),
        [_gemini_document(model, "", stop or "STOP", tokens)],
    )


def _gemini_document(model: str, text: str, reason: str, tokens: Tokens) -> Document:
    content = {"role": "model", "parts": [{"text": text}]}
    candidate: Document = {"content": content, "index": 0}
    if reason:
        candidate["finishReason"] = reason
    told: Document = {"candidates": [candidate], "modelVersion": model}
    if tokens:
        counts = {"promptTokenCount": tokens[0], "candidatesTokenCount": tokens[1]}
        told["usageMetadata"] = counts
    return told


def frame(document: Document, told: Stream, line_end: str) -> str:
    """Return a document as an event."""
    name = f"event: {document.get('type')}{line_end}" if told.names_events else ""
    text = json.dumps(document, ensure_ascii=False)
    return f"{name}data: {text}{line_end}{line_end}"

"""Embeddings that depend on nothing but the words of a text."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

USUAL = 64
DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "mistral-embed": 1024,
    "gemini-embedding-001": 3072,
    "embed-v4.0": 1536,
    "nomic-embed-text": 768,
    "text-embedding-nomic-embed-text-v1.5": 768,
}
GEMINI_PATH = re.compile(r"/v1beta/models/(?P<model>.+):batchEmbedContents$")


def read(path: str, body: Mapping[str, Any]) -> tuple[str, list[str]] | None:
    """Return the model and the texts of a request for embeddings; None if it is none."""
    if found := GEMINI_PATH.search(path):
        requests = body.get("requests", [])
        return found["model"], [one["content"]["parts"][0]["text"] for one in requests]
    if path.endswith("/embeddings"):
        texts = body.get("input", [])
        return body.get("model", ""), [texts] if isinstance(texts, str) else list(texts)
    if path.endswith("/v2/embed"):
        return body.get("model", ""), list(body.get("texts", []))
    return None


def reply(path: str, model: str, vectors: Sequence[object]) -> dict[str, Any]:
    """Return the document with the vectors; OpenAI's come last first, told by their index."""
    if path.endswith(":batchEmbedContents"):
        return {"embeddings": [{"values": vector} for vector in vectors]}
    if path.endswith("/v2/embed"):
        return {"embeddings": {"float": list(vectors)}}
    rows = [{"index": place, "embedding": vector} for place, vector in enumerate(vectors)]
    return {"object": "list", "model": model, "data": rows[::-1], "usage": {"prompt_tokens": 1}}


def embed(text: str, dimensions: int) -> list[float]:
    """Count hashed words, with signs; a text without words points the first way."""
    vector = [0.0] * dimensions
    for word in re.findall(r"\w+", text.lower()):
        number = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
        vector[number % dimensions] += 1.0 if number >> 63 else -1.0
    if not any(vector):
        vector[0] = 1.0
    return vector

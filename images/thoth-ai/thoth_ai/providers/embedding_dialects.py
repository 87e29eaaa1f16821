"""The three ways in which providers give embeddings."""

from collections.abc import Sequence

from thoth_ai.providers.connection import Call
from thoth_ai.providers.documents import count_at, dig, list_at
from thoth_ai.providers.embeddings import EmbeddingDialect
from thoth_ai.providers.gemini_dialect import model_path


class OpenAIEmbeddings(EmbeddingDialect):
    """Vectors carry their index, and may come in any order."""

    def call(self, model: str, texts: Sequence[str]) -> Call:
        return Call("/embeddings", {"model": model, "input": list(texts)})

    def vectors(self, document: object) -> list[object]:
        rows = list_at(document, "data")
        places = [count_at(row, "index") for row in rows]
        told = {place: dig(row, "embedding") for place, row in zip(places, rows, strict=True)}
        if set(told) == set(range(len(rows))):
            return [told[place] for place in range(len(rows))]
        return [dig(row, "embedding") for row in rows] if set(places) == {None} else []


class GeminiEmbeddings(EmbeddingDialect):
    """One request inside the request for each text."""

    def call(self, model: str, texts: Sequence[str]) -> Call:
        name = f"models/{model.removeprefix('models/')}"
        requests = [{"model": name, "content": {"parts": [{"text": text}]}} for text in texts]
        return Call(f"{model_path(model)}:batchEmbedContents", {"requests": requests})

    def vectors(self, document: object) -> list[object]:
        return [dig(row, "values") for row in list_at(document, "embeddings")]


class CohereEmbeddings(EmbeddingDialect):
    """Everything is embedded as a document: questions are compared with questions."""

    def call(self, model: str, texts: Sequence[str]) -> Call:
        body = {
            "model": model,
            "texts": list(texts),
            "input_type": "search_document",
            "embedding_types": ["float"],
        }
        return Call("/v2/embed", body)

    def vectors(self, document: object) -> list[object]:
        return list_at(document, "embeddings", "float")

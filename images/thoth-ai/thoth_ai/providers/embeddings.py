"""Vectors from a provider: in batches, in order, of length 1 and of one dimension."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from thoth_ai.providers.connection import Call, Connection
from thoth_ai.providers.documents import dig, parse
from thoth_ai.providers.refusals import refusal_in_stream
from thoth_ai.providers.types import Failure, ProviderError

BATCH = 64
PROBE = "dimensions"
Matrix = NDArray[np.float32]


class EmbeddingDialect(Protocol):
    """How to ask for vectors, and where they are in the reply."""

    def call(self, model: str, texts: Sequence[str]) -> Call: ...

    def vectors(self, document: object) -> list[object]:
        """Return the vectors in the order of the texts."""
        ...


class RemoteEmbedder:
    """Learns the dimensions of its vectors with the first of them, if no table tells."""

    def __init__(
        self,
        model: str,
        dimensions: int | None,
        dialect: EmbeddingDialect,
        connection: Connection,
        seconds: float,
    ) -> None:
        self._model = model
        self._dimensions = dimensions
        self._dialect = dialect
        self._connection = connection
        self._seconds = seconds

    @property
    def identity(self) -> str:
        """Return "provider/model/dimensions"; asks for one vector if they are not known."""
        if self._dimensions is None:
            self.embed([PROBE])
        return f"{self._connection.provider}/{self._model}/{self._dimensions}"

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row per text; a text without words is not sent and its row is zero."""
        spoken = [row for row, text in enumerate(texts) if text.strip()]
        found = [
            self._batch([texts[row] for row in spoken[start : start + BATCH]])
            for start in range(0, len(spoken), BATCH)
        ]
        matrix = np.zeros((len(texts), self._dimensions or 0), dtype=np.float32)
        if found:
            matrix[spoken] = np.concatenate(found)
        return matrix

    def _batch(self, texts: Sequence[str]) -> Matrix:
        patience = self._connection.patience
        return patience.persist(lambda deadline: self._ask(texts, deadline), self._seconds)

    def _ask(self, texts: Sequence[str], deadline: float) -> Matrix:
        provider = self._connection.provider
        with self._connection.post(self._dialect.call(self._model, texts), deadline) as reply:
            document = parse(b"".join(reply.chunks), provider)
        if dig(document, "error"):
            raise refusal_in_stream(provider, document, self._connection.secret)
        rows = _matrix(self._dialect.vectors(document))
        if rows is None or len(rows) != len(texts):
            raise self._unusable("not one vector for each text")
        if self._dimensions not in {None, rows.shape[1]}:
            raise self._unusable(f"{rows.shape[1]} dimensions instead of {self._dimensions}")
        self._dimensions = rows.shape[1]
        return rows

    def _unusable(self, what: str) -> ProviderError:
        message = f"{self._connection.provider} sent embeddings that cannot be used: {what}"
        return ProviderError(Failure.BAD_REPLY, message)


def _matrix(vectors: list[object]) -> Matrix | None:
    """Return the vectors as rows of length 1, None if they are not numbers of one dimension."""
    try:
        rows = np.array(vectors, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    if rows.ndim != 2 or not rows.size or not np.isfinite(rows).all():  # noqa: PLR2004 - rows and columns
        return None
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not lengths.all():
        return None
    unit: Matrix = (rows / lengths).astype(np.float32)
    return unit

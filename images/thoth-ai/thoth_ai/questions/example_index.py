"""The vectors of all examples in memory, loaded again when they change."""

import threading
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from thoth_ai.answering import embedding, vectors
from thoth_ai.workspaces import points
from thoth_ai.workspaces.models import VectorPoint


@dataclass(frozen=True, slots=True)
class Entry:
    """An example as the search sees it."""

    example: int
    workspace: str
    question: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """One state of the index."""

    revision: int
    entries: tuple[Entry, ...]
    matrix: NDArray[np.float32]


@dataclass(slots=True)
class ExampleIndex:
    """Finds the stored questions nearest to one that is asked."""

    _loaded: Loaded | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def nearest(
        self, question: str, *, workspace: str | None, limit: int
    ) -> list[tuple[Entry, float]]:
        """Return entries with their similarity, best first, of one or of all workspaces."""
        loaded = self._current()
        kept = [
            row
            for row, entry in enumerate(loaded.entries)
            if workspace is None or entry.workspace == workspace
        ]
        if not kept:
            return []
        matrix = loaded.matrix if workspace is None else loaded.matrix[kept]
        query = embedding.embed([question])[0]
        found = vectors.nearest(query, matrix, limit)
        return [(loaded.entries[kept[row]], similarity) for row, similarity in found]

    def _current(self) -> Loaded:
        wanted = points.revision()
        with self._lock:
            if self._loaded is None or self._loaded.revision != wanted:
                self._loaded = _load(wanted)
            return self._loaded


def _load(revision: int) -> Loaded:
    rows = list(
        VectorPoint.objects.filter(kind=points.EXAMPLE, model=embedding.MODEL_ID)
        .order_by("id")
        .values_list("ref", "workspace__name", "text", "vector")
    )
    entries = tuple(Entry(int(ref), workspace, text) for ref, workspace, text, _ in rows)
    blob = b"".join(bytes(vector) for *_, vector in rows)
    matrix = np.frombuffer(blob, dtype="<f4").reshape(len(rows), -1) if rows else _nothing()
    return Loaded(revision, entries, matrix)


def _nothing() -> NDArray[np.float32]:
    return np.zeros((0, 1), dtype=np.float32)

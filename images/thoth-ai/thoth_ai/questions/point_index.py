"""The vectors of a workspace's documents in memory, loaded again when they change."""

import itertools
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from thoth_ai import embedding_model
from thoth_ai.answering import vectors
from thoth_ai.workspaces import points
from thoth_ai.workspaces.models import VectorPoint

KINDS = (points.EXAMPLE, points.EVIDENCE, points.TABLE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as the search sees it; `ref` names what it is about."""

    kind: str
    ref: str
    workspace: str
    text: str


Found = Sequence[tuple[Entry, float]]


@dataclass(frozen=True, slots=True)
class Group:
    """The documents of one kind in one workspace; row n of the matrix is entry n."""

    entries: tuple[Entry, ...]
    matrix: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Loaded:
    """One state of the index, by workspace and kind."""

    revision: tuple[int, str]
    groups: Mapping[tuple[str, str], Group]


@dataclass(slots=True)
class PointIndex:
    """Finds the examples, hints and tables nearest to a text; one for the whole process."""

    _loaded: Loaded | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def search(self, text: str) -> "Search":
        """Embed a text once, to look for it several times; raises ProviderError."""
        vector = embedding_model.current().embed([text])[0]
        return Search(vector, self._current())

    def _current(self) -> Loaded:
        wanted = (points.revision(), embedding_model.identity())
        with self._lock:
            if self._loaded is None or self._loaded.revision != wanted:
                self._loaded = _load(wanted)
            return self._loaded


@dataclass(frozen=True, slots=True)
class Search:
    """A text to look for, in one state of the index."""

    vector: NDArray[np.float32]
    loaded: Loaded

    def nearest(self, kind: str, workspace: str | None, limit: int) -> Found:
        """Return entries with their similarity, best first, of one or of all workspaces."""
        found: list[tuple[Entry, float]] = []
        for (owner, its_kind), group in self.loaded.groups.items():
            if its_kind == kind and workspace in (None, owner):
                rows = vectors.nearest(self.vector, group.matrix, limit)
                found += [(group.entries[row], similarity) for row, similarity in rows]
        return sorted(found, key=lambda pair: -pair[1])[:limit]


def _load(revision: tuple[int, str]) -> Loaded:
    rows = (
        VectorPoint.objects.filter(kind__in=KINDS, model=revision[1])
        .order_by("workspace_id", "kind", "id")
        .values_list("workspace__name", "kind", "ref", "text", "vector")
    )
    grouped = itertools.groupby(rows.iterator(), key=lambda row: (row[0], row[1]))
    return Loaded(revision, {key: _group(list(members)) for key, members in grouped})


def _group(rows: Sequence[tuple[str, str, str, str, "bytes | memoryview[int]"]]) -> Group:
    entries = tuple(Entry(kind, ref, owner, text) for owner, kind, ref, text, _ in rows)
    blob = b"".join(bytes(row[4]) for row in rows)
    return Group(entries, np.frombuffer(blob, dtype="<f4").reshape(len(rows), -1))

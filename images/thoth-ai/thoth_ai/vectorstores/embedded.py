"""The rows' own vectors, held in memory and all looked at: exact, and needs nothing else."""

import itertools
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import QuerySet

from thoth_ai.answering import vectors
from thoth_ai.vectorstores import numbers
from thoth_ai.vectorstores.types import (
    Hit,
    Nearness,
    Point,
    Query,
    Vector,
    dimensions_of,
    ranked,
    wrong_dimensions,
)
from thoth_ai.workspaces import revisions
from thoth_ai.workspaces.models import VectorPoint

BATCH = 256
PLACE = "embedded"


@dataclass(frozen=True, slots=True)
class Group:
    """The points of one kind in one workspace; row n of the matrix has key n."""

    keys: tuple[UUID, ...]
    matrix: Vector


@dataclass(frozen=True, slots=True)
class Loaded:
    """The points of one kind and model, by workspace, as of one revision."""

    revision: int
    groups: Mapping[str, Group]


@dataclass(slots=True)
class EmbeddedStore:
    """Loads a kind when it is first asked for, and again when the revision has changed.

    A workspace is named by the primary key of its row.
    """

    _loaded: dict[tuple[str, str], Loaded] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return PLACE

    @property
    def nearness(self) -> Nearness:
        return Nearness.ROWS

    def ensure(self, identity: str, dimensions: int) -> None:
        first = _held(identity).values_list("vector", flat=True).first()
        held = len(numbers.unpacked(first)) if first else dimensions
        if held != dimensions:
            raise wrong_dimensions("the embedded store", dimensions, held)

    def upsert(self, identity: str, workspace: str, points: Sequence[Point]) -> None:
        if not points:
            return
        self.ensure(identity, dimensions_of([one.vector for one in points], "the embedded store"))
        new = {point.key: point for point in points}
        with transaction.atomic():
            for keys in _batches(list(new)):
                rows = list(VectorPoint.objects.filter(key__in=keys, workspace_id=int(workspace)))
                for row in rows:
                    row.kind, row.model, row.place = new[row.key].kind, identity, PLACE
                    row.vector = numbers.packed(new[row.key].vector)
                VectorPoint.objects.bulk_update(rows, ["kind", "model", "place", "vector"])
            revisions.advance()

    def delete(self, identity: str, workspace: str, keys: Sequence[UUID]) -> None:
        with transaction.atomic():
            for batch in _batches(keys):
                held = _held(identity).filter(workspace_id=int(workspace), key__in=batch)
                held.update(vector=b"", place="")
            revisions.advance()

    def search(self, identity: str, query: Query) -> list[Hit]:
        groups = self._current(identity, query.kind).groups
        found = [
            hit
            for workspace, group in groups.items()
            if query.workspace in (None, workspace)
            for hit in _nearest(group, query)
        ]
        return ranked(found, query.limit)

    def count(self, identity: str) -> int:
        return _held(identity).count()

    def contents(self, identity: str) -> Iterator[tuple[str, UUID]]:
        for workspace, key in _held(identity).values_list("workspace_id", "key"):
            yield str(workspace), key

    def drop_workspace(self, workspace: str) -> None:
        with transaction.atomic():
            held = VectorPoint.objects.filter(workspace_id=int(workspace))
            held.update(vector=b"", place="")
            revisions.advance()

    def drop_others(self, identity: str) -> None:
        with transaction.atomic():
            held = VectorPoint.objects.exclude(model=identity)
            held.update(vector=b"", place="")
            revisions.advance()

    def tune(self, identity: str) -> None:
        """Do nothing: there is nothing to be asked for."""

    def health(self) -> str:
        return "the application's own database"

    def _current(self, identity: str, kind: str) -> Loaded:
        wanted = revisions.current()
        with self._lock:
            loaded = self._loaded.get((identity, kind))
            if loaded is None or loaded.revision != wanted:
                loaded = Loaded(wanted, _load(identity, kind))
                self._loaded[identity, kind] = loaded
            return loaded


def _held(identity: str) -> QuerySet[VectorPoint]:
    return VectorPoint.objects.filter(model=identity).exclude(vector=b"")


def _batches(keys: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


def _load(identity: str, kind: str) -> Mapping[str, Group]:
    rows = _held(identity).filter(kind=kind).order_by("workspace_id", "key")
    found = rows.values_list("workspace_id", "key", "vector").iterator()
    grouped = itertools.groupby(found, key=lambda row: str(row[0]))
    return {workspace: _group([row[1:] for row in members]) for workspace, members in grouped}


def _group(rows: "Sequence[tuple[UUID, bytes | memoryview[int]]]") -> Group:
    blob = b"".join(bytes(vector) for _, vector in rows)
    matrix = np.frombuffer(blob, dtype="<f4").reshape(len(rows), -1)
    return Group(tuple(key for key, _ in rows), matrix)


def _nearest(group: Group, query: Query) -> Iterator[Hit]:
    held = group.matrix.shape[1]
    if held != len(query.vector):
        raise wrong_dimensions("the embedded store", len(query.vector), held)
    for row, similarity in vectors.nearest(query.vector, group.matrix, query.limit):
        yield Hit(group.keys[row], similarity)

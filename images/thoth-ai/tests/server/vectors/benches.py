"""A store to test, with what its documents need around it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import numpy as np

from thoth_ai.vectorstores.types import Hit, Nearness, Point, Query, Vector, VectorStore
from thoth_ai.workspaces.models import VectorPoint, Workspace

MODEL = "maker/model-ä/64"
KIND = "example"


class Killable(Protocol):
    """A server that can end without warning and come back with its data."""

    def kill(self) -> None: ...

    def start(self) -> None: ...


@dataclass(frozen=True)
class Bench:
    """One store, and its server if it has one."""

    store: VectorStore
    server: Killable | None = None

    def workspace(self, name: str) -> str:
        """Return what the store calls a workspace: any text, but where the rows hold vectors."""
        if self.store.nearness is not Nearness.ROWS:
            return name
        return str(Workspace.objects.create(name=name, title=name).pk)

    def put(self, workspace: str, points: Sequence[Point], identity: str = MODEL) -> None:
        if self.store.nearness is Nearness.ROWS:
            rows = (
                VectorPoint(
                    key=point.key, workspace_id=int(workspace), kind=point.kind, ref="", vector=b""
                )
                for point in points
            )
            VectorPoint.objects.bulk_create(rows, batch_size=256, ignore_conflicts=True)
        self.store.upsert(identity, workspace, points)

    def nearest(
        self, vector: Vector, limit: int, workspace: str | None, kind: str = KIND
    ) -> list[Hit]:
        return self.store.search(MODEL, Query(kind, vector, limit, workspace))


def points(vectors: Vector, kind: str = KIND) -> list[Point]:
    return [Point(new_key(), kind, vector) for vector in vectors]


def new_key() -> UUID:
    return UUID(bytes=secrets.token_bytes(16), version=4)


def random_vectors(count: int, dimensions: int, seed: int = 1) -> Vector:
    """Return vectors of length 1 into all directions."""
    drawn = np.random.default_rng(seed).standard_normal((count, dimensions)).astype(np.float32)
    lengths: Vector = np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn / lengths


def axis(place: int, dimensions: int = 64) -> Vector:
    vector = np.zeros(dimensions, dtype=np.float32)
    vector[place] = 1.0
    return vector

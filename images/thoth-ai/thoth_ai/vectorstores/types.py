"""What every vector store can do, in the words the rest of the server uses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from thoth_ai.errors import ExitCode, ServerError

Vector = NDArray[np.float32]
TOLERANCE = 1e-5
"""How far the similarity of a store may be from the exact cosine."""


class Nearness(Enum):
    """How far a store is from the rows that say which documents exist."""

    ROWS = "the rows hold the vectors"
    DATABASE = "the vectors are written in the rows' own transaction"
    SERVER = "the vectors follow once the rows are committed"


class Failure(StrEnum):
    """Why a store did not do what it was asked."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    WRONG_DIMENSIONS = "wrong_dimensions"
    BAD_REPLY = "bad_reply"


class VectorStoreError(ServerError):
    """A store failed; nothing is lost, since the rows say what it has to hold."""

    def __init__(self, failure: Failure, message: str, *, hint: str) -> None:
        super().__init__(message, hint=hint, code="vector_store", exit_code=ExitCode.NETWORK)
        self.failure = failure


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A document's vector, of length 1 or all zero, under the key of its row."""

    key: UUID
    kind: str
    vector: Vector


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """What to look for, in one workspace or in all of them."""

    kind: str
    vector: Vector
    limit: int
    workspace: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found; the similarity is the cosine: 1 the same, 0 nothing in common."""

    key: UUID
    similarity: float


class VectorStore(Protocol):
    """Keeps vectors apart by the model they come from (its identity) and by workspace.

    Whatever is done twice has the same effect as once. Every method raises VectorStoreError.
    """

    @property
    def address(self) -> str:
        """Say which store this is, in words that differ for another one; no secret is in it."""

    @property
    def nearness(self) -> Nearness: ...

    def ensure(self, identity: str, dimensions: int) -> None:
        """Make room for the vectors of a model; refuse if it holds others of that model."""

    def upsert(self, identity: str, workspace: str, points: Sequence[Point]) -> None:
        """Put points in, or in the place of those with the same keys."""

    def delete(self, identity: str, workspace: str, keys: Sequence[UUID]) -> None:
        """Take points away; those that are not there are no failure."""

    def search(self, identity: str, query: Query) -> list[Hit]:
        """Return the nearest, best first."""

    def count(self, identity: str) -> int:
        """Say how many points of a model there are."""

    def contents(self, identity: str) -> Iterator[tuple[str, UUID]]:
        """Name every point of a model by workspace and key."""

    def drop_workspace(self, workspace: str) -> None:
        """Take away all points of a workspace, whatever model they come from."""

    def drop_others(self, identity: str) -> None:
        """Take away the points of all other models."""

    def tune(self, identity: str) -> None:
        """Build what makes searching among many fast, where that has to be asked for."""

    def health(self) -> str:
        """Name the software that answers."""


def dimensions_of(vectors: Sequence[Vector], store: str) -> int:
    """Return the one length all vectors have; refuse a mixture."""
    lengths = {len(vector) for vector in vectors}
    if len(lengths) != 1:
        raise wrong_dimensions(store, min(lengths), max(lengths))
    return lengths.pop()


def wrong_dimensions(store: str, given: int, held: int) -> VectorStoreError:
    """Say that vectors of one model must have one length."""
    return VectorStoreError(
        Failure.WRONG_DIMENSIONS,
        f"{store} holds vectors of {held} numbers for this model and was given {given}.",
        hint="Check EMBEDDING_MODEL: a model whose vectors changed needs another name.",
    )


def ranked(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """Return the best, equal ones by key: what a store rounds must not change an order."""
    return sorted(hits, key=lambda hit: (-round(hit.similarity, 6), hit.key))[: max(limit, 0)]

"""Finds the documents of a workspace that are nearest to a text."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from thoth_ai import embedding_model
from thoth_ai.vectorstores import chosen
from thoth_ai.vectorstores.types import Nearness, Query, Vector, VectorStore, VectorStoreError
from thoth_ai.workspaces import revisions
from thoth_ai.workspaces.models import VectorPoint, Workspace

logger = logging.getLogger(__name__)

ATTEMPTS = 3
SPARE = 20  # vectors of documents that are no more may lie in the way until they are swept


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as the search sees it; `ref` names what it is about."""

    kind: str
    ref: str
    workspace: str
    text: str


Found = Sequence[tuple[Entry, float]]


class PointIndex:
    """Finds the examples, hints and tables nearest to a text."""

    def search(self, text: str) -> "Search":
        """Embed a text once, to look for it several times; raises ProviderError."""
        vector = embedding_model.current().embed([text])[0]
        return Search(vector, embedding_model.identity(), chosen.current())


@dataclass(slots=True)
class Search:
    """A text to look for, in the store and among the vectors that wait for it.

    When the store is away, `is_whole` turns false and only the latter are found.
    """

    vector: Vector
    identity: str
    store: VectorStore
    is_whole: bool = field(default=True, init=False)

    def nearest(self, kind: str, workspace: str | None, limit: int) -> Found:
        """Return entries with their similarity, best first, of one or of all workspaces."""
        for _ in range(ATTEMPTS):
            revision = revisions.current()
            found = self._nearest(kind, workspace, limit)
            if revisions.current() == revision:
                break  # else a workspace may have been replaced between two looks at it
        return found

    def _nearest(self, kind: str, workspace: str | None, limit: int) -> Found:
        label = None
        if workspace is not None:
            label = Workspace.objects.filter(name=workspace).values_list("pk", flat=True).first()
            if label is None:
                return []
        query = Query(kind, self.vector, limit + SPARE, str(label) if label else None)
        return _entries(self._similarities(query))[:limit]

    def _similarities(self, query: Query) -> dict[UUID, float]:
        hits = chosen.rows().search(self.identity, query)
        if self.is_whole and self.store.nearness is not Nearness.ROWS:
            try:
                hits += self.store.search(self.identity, query)
            except VectorStoreError as error:
                logger.warning("the vector store gave no answer: %s", error)
                self.is_whole = False
        return {hit.key: hit.similarity for hit in hits}


def _entries(similarities: dict[UUID, float]) -> list[tuple[Entry, float]]:
    """Return the documents that exist, best first, of equal ones the older first."""
    rows = VectorPoint.objects.filter(key__in=similarities).order_by("pk")
    found = [
        (Entry(kind, ref, owner, text), similarities[key])
        for key, kind, ref, owner, text in rows.values_list(
            "key", "kind", "ref", "workspace__name", "text"
        )
    ]
    return sorted(found, key=lambda pair: -round(pair[1], 6))

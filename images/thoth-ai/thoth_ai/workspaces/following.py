"""The vector store follows the rows: it gets what it lacks and loses what is no more.

Rows are committed first and say which documents exist; a row keeps its vector until the store has
it. Whatever is cut off in between is found out by comparing, so nothing has to be remembered.
"""

import itertools
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from thoth_ai import embedding_model
from thoth_ai.errors import ServerError
from thoth_ai.providers.types import ProviderError
from thoth_ai.vectorstores import chosen, numbers
from thoth_ai.vectorstores.types import Nearness, Point, VectorStore
from thoth_ai.workspaces import revisions
from thoth_ai.workspaces.models import VectorPoint, Workspace

logger = logging.getLogger(__name__)

T = TypeVar("T")
BATCH = 256


def placed() -> QuerySet[VectorPoint]:
    """Return the points whose vectors the store has."""
    model = VectorPoint.objects.filter(model=embedding_model.identity())
    store = chosen.current()
    if store.nearness is Nearness.ROWS:
        return model.exclude(vector=b"")
    return model.filter(place=store.address)


def waiting() -> QuerySet[VectorPoint]:
    """Return the points whose vectors the rows keep for the store."""
    store = chosen.current()
    if store.nearness is Nearness.ROWS:
        return VectorPoint.objects.none()
    ready = VectorPoint.objects.filter(model=embedding_model.identity()).exclude(vector=b"")
    return ready.exclude(place=store.address)


def follow_if_possible() -> None:
    """Bring the store to what the rows say; if it is away, that is done later."""
    try:
        follow()
    except (ServerError, ProviderError) as error:
        logger.warning("vectors wait for their store: %s", error)


def follow(*, thoroughly: bool = False) -> int:
    """Deliver and compare; return how many vectors were delivered. Raises VectorStoreError."""
    if chosen.current().nearness is Nearness.ROWS:
        return 0
    delivered = deliver()
    compare(thoroughly=thoroughly)
    return delivered


def deliver() -> int:
    """Give the store what it lacks, batch by batch, so that it can be cut off."""
    store = chosen.current()
    delivered = 0
    while batch := list(waiting().order_by("workspace_id", "id")[:BATCH]):
        for workspace, rows in itertools.groupby(batch, key=lambda row: row.workspace_id):
            _hand_over(store, str(workspace), list(rows))
        delivered += len(batch)
    return delivered


def compare(*, thoroughly: bool) -> None:
    """Mend a store that holds other points than the rows say; equal numbers do unless thorough."""
    store, identity = chosen.current(), embedding_model.identity()
    if not thoroughly and store.count(identity) == placed().count():
        return
    expected = set(placed().values_list("key", flat=True))  # read before, for more may come
    held = list(store.contents(identity))
    lost = expected - {key for _, key in held}
    _sweep(store, identity, held)
    for keys in _batches(lost):
        placed().filter(key__in=keys).update(place="")
    for keys in _batches(key for _, key in held if key not in expected):
        _mark(store, VectorPoint.objects.filter(model=identity, key__in=keys))
    if lost:
        logger.warning("%d vectors are missing in %s and are made anew", len(lost), store.address)


def put(workspace: Workspace, rows: Sequence[VectorPoint]) -> None:
    """Place the vectors of rows that are about to be written, if their transaction holds both."""
    store = chosen.current()
    ready = [row for row in rows if row.vector]
    if store.nearness is Nearness.DATABASE:
        for identity, members in itertools.groupby(ready, key=lambda row: row.model):
            for batch in _batches(members):
                store.upsert(identity, str(workspace.pk), _points(batch))
    if store.nearness is not Nearness.SERVER:
        for row in ready:
            row.place = store.address
            row.vector = row.vector if store.nearness is Nearness.ROWS else b""


def _hand_over(store: VectorStore, workspace: str, rows: Sequence[VectorPoint]) -> None:
    """Write into the store, then note it; in one transaction where they are one database."""
    identity = rows[0].model
    if store.nearness is Nearness.SERVER:
        store.upsert(identity, workspace, _points(rows))
    with transaction.atomic():
        if store.nearness is Nearness.DATABASE:
            store.upsert(identity, workspace, _points(rows))
        keys = [row.key for row in rows]
        _mark(store, VectorPoint.objects.filter(model=identity, key__in=keys))


def _mark(store: VectorStore, rows: QuerySet[VectorPoint]) -> None:
    if rows.exclude(place=store.address).update(place=store.address, vector=b""):
        revisions.advance()


def _sweep(store: VectorStore, identity: str, held: Sequence[tuple[str, UUID]]) -> None:
    """Take away what has no row: read after the store, since rows are there before vectors."""
    known = {str(pk) for pk in Workspace.objects.values_list("pk", flat=True)}
    rows = set(VectorPoint.objects.values_list("workspace_id", "key"))
    swept = 0
    for workspace, members in itertools.groupby(sorted(held), key=lambda one: one[0]):
        keys = [key for _, key in members if (_number(workspace), key) not in rows]
        swept += len(keys)
        if workspace not in known:
            store.drop_workspace(workspace)
            continue
        for batch in _batches(keys):
            store.delete(identity, workspace, batch)
    if swept:
        logger.info("removed %d vectors of documents that are no more", swept)


def _number(workspace: str) -> int:
    return int(workspace) if workspace.isdecimal() else -1


def _points(rows: Iterable[VectorPoint]) -> list[Point]:
    return [Point(row.key, row.kind, numbers.unpacked(row.vector)) for row in rows]


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(itertools.islice(rest, BATCH)):
        yield batch

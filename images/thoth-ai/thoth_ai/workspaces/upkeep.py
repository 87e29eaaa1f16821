"""What people edit is embedded again at once: examples, evidence and descriptions."""

import dataclasses
import functools
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models.signals import post_delete, post_save

from thoth_ai.errors import ServerError
from thoth_ai.workspaces import comments, points, wording
from thoth_ai.workspaces.models import Column, Evidence, Example, Table, VectorPoint, Workspace
from thoth_ai.workspaces.points import Document, IndexedDocument

logger = logging.getLogger(__name__)

Described = Table | Column
Taught = Example | Evidence


@dataclass(frozen=True, slots=True)
class Renewed:
    """New documents of described things, and how the text of each begins."""

    starts: Mapping[tuple[str, str], tuple[str, ...]]
    new: tuple[IndexedDocument, ...]

    def replaces(self, kind: str, ref: str, text: str) -> bool:
        """Say whether one of the new documents takes this one's place."""
        return text.startswith(self.starts.get((kind, ref), ()))


def connect() -> None:
    """Listen to changes by hand; imports write in bulk and send no signals."""
    for kind, model in ((points.EXAMPLE, Example), (points.EVIDENCE, Evidence)):
        post_save.connect(_saved, sender=model, dispatch_uid=f"{kind}-saved")
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"{kind}-deleted")
    for described in (Table, Column):
        post_save.connect(_described, sender=described, dispatch_uid=f"{described}-saved")
    post_delete.connect(_workspace_deleted, sender=Workspace, dispatch_uid="workspace-deleted")


def embedded(changed: Sequence[Described]) -> Renewed:
    """Embed the documents of tables and columns; done before a transaction, it holds no lock."""
    documents = [_document(one) for one in changed]
    starts: dict[tuple[str, str], tuple[str, ...]] = {}
    for one, document in zip(changed, documents, strict=True):
        key = (document.kind, document.ref)
        starts[key] = (*starts.get(key, ()), _start(one))
    return Renewed(starts, _indexed(documents))


def replace(workspace: Workspace, renewed: Renewed) -> None:
    """Put new documents in the place of the old ones; call it inside the rows' transaction."""
    described = VectorPoint.objects.filter(
        workspace=workspace, kind__in=(points.TABLE, points.COLUMN)
    )
    old = [
        pk
        for pk, kind, ref, text in described.values_list("pk", "kind", "ref", "text")
        if renewed.replaces(kind, ref, text)
    ]
    for first in range(0, len(old), points.BATCH):
        VectorPoint.objects.filter(pk__in=old[first : first + points.BATCH]).delete()
    points.store(workspace, renewed.new)


def embedded_rows(rows: Sequence[Taught]) -> tuple[IndexedDocument, ...]:
    """Embed examples and evidence that are not written yet."""
    return _indexed([_document_of(one) for one in rows])


def create(
    workspace: Workspace, rows: Sequence[Taught], indexed: Sequence[IndexedDocument]
) -> None:
    """Write examples and evidence with their documents; call it inside a transaction."""
    Example.objects.bulk_create(one for one in rows if isinstance(one, Example))
    Evidence.objects.bulk_create(one for one in rows if isinstance(one, Evidence))
    points.store(
        workspace,
        [
            dataclasses.replace(entry, document=_document_of(row))
            for row, entry in zip(rows, indexed, strict=True)
        ],
    )


def _indexed(documents: Sequence[Document]) -> tuple[IndexedDocument, ...]:
    """An edit is kept though the provider of vectors does not answer now; many may take long."""
    if len(documents) > points.BATCH:
        return points.index_soon(documents)
    try:
        return tuple(points.index(documents))
    except ServerError:
        logger.warning("edited documents wait to be embedded", extra={"count": len(documents)})
        return points.index_later(documents)


@transaction.atomic
def _described(instance: Described, *, raw: bool = False, **_: object) -> None:
    if raw:  # loaded from a dump, which holds the vectors too
        return
    table = instance if isinstance(instance, Table) else instance.table
    workspace = table.database.workspace
    replace(workspace, embedded([instance]))
    comments.outdate(workspace)
    transaction.on_commit(functools.partial(comments.follow_if_possible, workspace))


@transaction.atomic
def _saved(instance: Taught, *, raw: bool = False, **_: object) -> None:
    if raw:  # loaded from a dump, which holds the vectors too
        return
    _forget(instance)
    points.store(instance.workspace, embedded_rows([instance]))


@transaction.atomic
def _deleted(instance: Taught, **_: object) -> None:
    _forget(instance)
    points.changed()


@transaction.atomic
def _workspace_deleted(**_: object) -> None:
    points.changed()


def _forget(instance: Taught) -> None:
    VectorPoint.objects.filter(kind=_kind(instance), ref=str(instance.pk)).delete()


def _kind(instance: Taught) -> str:
    return points.EXAMPLE if isinstance(instance, Example) else points.EVIDENCE


def _document_of(instance: Taught) -> Document:
    text = instance.question if isinstance(instance, Example) else instance.text
    return Document(_kind(instance), str(instance.pk), text)


def _document(described: Described) -> Document:
    if isinstance(described, Table):
        text = wording.table_text(
            described.name, described.description or described.derived, _names(described)
        )
        return Document(points.TABLE, described.name, text)
    table = described.table.name
    text = wording.column_text(
        table,
        described.name,
        described.declared_type,
        described.description or described.derived,
        described.values,
    )
    return Document(points.COLUMN, f"{table}.{described.name}", text)


def _names(table: Table) -> Iterable[str]:
    return (column.name for column in table.columns.all())


def _start(described: Described) -> str:
    """Two columns may share a ref, as `b.c` of `a` and `c` of `a.b`; their texts differ."""
    if isinstance(described, Table):
        return f"{described.name}."
    return wording.column_start(described.table.name, described.name)

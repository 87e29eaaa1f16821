"""Examples edited by hand are embedded again at once."""

import logging

from django.db import transaction
from django.db.models.signals import post_delete, post_save

from thoth_ai.errors import ServerError
from thoth_ai.workspaces import points
from thoth_ai.workspaces.models import Example, VectorPoint, Workspace

logger = logging.getLogger(__name__)


def connect() -> None:
    """Listen to changes of examples; imports write in bulk and send no signals."""
    post_save.connect(_saved, sender=Example, dispatch_uid="example-saved")
    post_delete.connect(_deleted, sender=Example, dispatch_uid="example-deleted")
    post_delete.connect(_workspace_deleted, sender=Workspace, dispatch_uid="workspace-deleted")


@transaction.atomic
def _saved(instance: Example, **_: object) -> None:
    _forget(instance.pk)
    document = points.Document(points.EXAMPLE, str(instance.pk), instance.question)
    points.store(instance.workspace, _indexed(document))


def _indexed(document: points.Document) -> tuple[points.IndexedDocument, ...]:
    """An edit is kept though the provider of vectors does not answer now."""
    try:
        return tuple(points.index([document]))
    except ServerError:
        logger.warning("an edited document waits to be embedded")
        return points.index_later([document])


@transaction.atomic
def _deleted(instance: Example, **_: object) -> None:
    _forget(instance.pk)
    points.changed()


def _workspace_deleted(**_: object) -> None:
    points.changed()


def _forget(example: int) -> None:
    VectorPoint.objects.filter(kind=points.EXAMPLE, ref=str(example)).delete()

"""Removing a workspace with all that belongs to it."""

from django.db import transaction

from thoth_ai import durability
from thoth_ai.workspaces import disposal
from thoth_ai.workspaces.models import Workspace


def remove(workspace: Workspace) -> None:
    """Remove rows and vectors, then the files; a file left by a crash is swept at the start."""
    # Files are removed after the commit, so the commit must be on the disk by then.
    durability.require()
    with transaction.atomic():
        databases = list(workspace.databases.all())
        workspace.delete()
    disposal.discard(databases)

"""The number that changes whenever a vector does, and the name of this installation."""

import secrets

from thoth_ai.workspaces.models import IndexRevision


def advance() -> None:
    """Set another revision, so that caches load again; by chance, so that none ever comes back."""
    IndexRevision.objects.update_or_create(pk=1, defaults={"number": secrets.randbits(62)})


def current() -> int:
    """Return the number that changes whenever a point does."""
    return IndexRevision.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def installation() -> str:
    """Return the name that tells this installation's vectors from those of others."""
    return IndexRevision.objects.get_or_create(pk=1)[0].installation

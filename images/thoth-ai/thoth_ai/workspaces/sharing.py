"""Which values of the data may leave for a language model."""

from django.db import models


class Shared(models.TextChoices):
    """Which values of the data a language model is told."""

    SAFE = "safe"
    ALL = "all"
    NONE = "none"


def may_be_told(shared: str, *, personal: bool) -> bool:
    """Say whether the values of a column may; those of people only where somebody chose so."""
    return shared == Shared.ALL or (shared == Shared.SAFE and not personal)

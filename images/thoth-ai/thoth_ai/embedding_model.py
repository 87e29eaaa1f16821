"""The embedding in use, one for the whole process."""

import functools

from django.conf import settings

from thoth_ai.providers import catalogue
from thoth_ai.providers.types import Embedder, ProviderSettings


def current() -> Embedder:
    """Return the embedder that the settings name; it may need the network to work."""
    return _made(settings.EMBEDDING)


def identity() -> str:
    """Name the space that vectors must come from; raises ProviderError if it cannot be learned."""
    return current().identity


def is_local() -> bool:
    """Tell whether embedding needs nothing but this process."""
    return bool(settings.EMBEDDING.provider == "local")


@functools.lru_cache(maxsize=4)
def _made(chosen: ProviderSettings) -> Embedder:
    return catalogue.embedder(chosen)

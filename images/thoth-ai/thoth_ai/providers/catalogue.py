"""The providers that are known, and how a chat or an embedder of one is made."""

from thoth_ai.providers.types import Chat, Embedder, ProviderSettings


def chat(settings: ProviderSettings) -> Chat:
    """Return the language model that the settings name; ValueError if they name none."""
    raise NotImplementedError


def embedder(settings: ProviderSettings) -> Embedder:
    """Return the embedder that the settings name ("local" needs nothing); ValueError if none."""
    raise NotImplementedError

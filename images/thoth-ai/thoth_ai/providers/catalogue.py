"""How a chat or an embedder of a known provider is made."""

from urllib.parse import urlsplit

from thoth_ai.providers.anthropic_dialect import VERSION, AnthropicDialect
from thoth_ai.providers.chat import StreamingChat
from thoth_ai.providers.connection import Connection
from thoth_ai.providers.dialect import Dialect
from thoth_ai.providers.embedding_dialects import (
    CohereEmbeddings,
    GeminiEmbeddings,
    OpenAIEmbeddings,
)
from thoth_ai.providers.embeddings import EmbeddingDialect, RemoteEmbedder
from thoth_ai.providers.gemini_dialect import GeminiDialect
from thoth_ai.providers.known import DIMENSIONS, PROVIDERS, Protocol, Provider
from thoth_ai.providers.local import LocalEmbedder
from thoth_ai.providers.openai_dialect import OpenAIDialect
from thoth_ai.providers.patience import Patience
from thoth_ai.providers.secret import Secret
from thoth_ai.providers.types import Chat, Embedder, ProviderSettings

LOCAL = "local"
LARGEST_CHAT = 16_000_000
LARGEST_EMBEDDINGS = 32_000_000
BEARER = ("authorization", "Bearer {}")
KEY_HEADERS = {
    Protocol.ANTHROPIC: ("x-api-key", "{}"),
    Protocol.GEMINI: ("x-goog-api-key", "{}"),
}
VERSION_FOLDERS = {
    Protocol.ANTHROPIC: ("/v1",),
    Protocol.GEMINI: ("/v1beta", "/v1"),
    Protocol.COHERE: ("/v2", "/v1"),
}
"""What a base URL may end in although the protocol's paths begin with it."""
CHATS: dict[Protocol, Dialect] = {
    Protocol.OPENAI: OpenAIDialect(),
    Protocol.ANTHROPIC: AnthropicDialect(),
    Protocol.GEMINI: GeminiDialect(),
}
EMBEDDINGS: dict[Protocol, EmbeddingDialect] = {
    Protocol.OPENAI: OpenAIEmbeddings(),
    Protocol.GEMINI: GeminiEmbeddings(),
    Protocol.COHERE: CohereEmbeddings(),
}


def chat(settings: ProviderSettings, patience: Patience | None = None) -> Chat:
    """Return the language model that the settings name; ValueError if they name none."""
    provider = _provider(settings.provider)
    if not provider.chats:
        raise ValueError(f"{provider.name} has no chat models")
    model = _model(settings, provider, provider.chat_model)
    connection = _connection(settings, provider, LARGEST_CHAT, patience)
    return StreamingChat(model, CHATS[provider.protocol], connection, settings.timeout_seconds)


def embedder(settings: ProviderSettings, patience: Patience | None = None) -> Embedder:
    """Return the embedder that the settings name ("local" needs nothing); ValueError if none."""
    if settings.provider == LOCAL:
        return LocalEmbedder()
    provider = _provider(settings.provider)
    if not provider.embeds:
        raise ValueError(f"{provider.name} has no embeddings")
    model = _model(settings, provider, provider.embedding_model)
    return RemoteEmbedder(
        model,
        DIMENSIONS.get((provider.name, model)),
        EMBEDDINGS[provider.protocol],
        _connection(settings, provider, LARGEST_EMBEDDINGS, patience),
        settings.timeout_seconds,
    )


def _provider(name: str) -> Provider:
    if name not in PROVIDERS:
        raise ValueError(f"{name!r} is no known provider; known are {', '.join(PROVIDERS)}")
    return PROVIDERS[name]


def _model(settings: ProviderSettings, provider: Provider, usual: str | None) -> str:
    model = settings.model.strip() or usual
    if not model:
        raise ValueError(f"{provider.name} needs to be told a model")
    return model


def _connection(
    settings: ProviderSettings, provider: Provider, largest: int, patience: Patience | None
) -> Connection:
    return Connection(
        provider.name,
        _base_url(settings, provider),
        Secret(settings.key),
        KEY_HEADERS.get(provider.protocol, BEARER),
        {"anthropic-version": VERSION} if provider.protocol is Protocol.ANTHROPIC else {},
        settings.ca_bundle,
        largest,
        patience or Patience(),
        provider.needs_key,
    )


def _base_url(settings: ProviderSettings, provider: Provider) -> str:
    url = (settings.base_url or provider.base_url).strip().rstrip("/")
    if not url:
        raise ValueError(f"{provider.name} needs a base URL")
    told = urlsplit(url)
    if told.scheme not in {"http", "https"} or not told.hostname:
        raise ValueError(f"the base URL of {provider.name} must begin with https:// and a host")
    if told.username or told.password or told.query or told.fragment:
        raise ValueError(
            f"the base URL of {provider.name} must not carry a user, a query or a fragment"
        )
    for folder in VERSION_FOLDERS.get(provider.protocol, ()):
        url = url.removesuffix(folder)
    return url if told.path or provider.needs_key or not provider.base_url else f"{url}/v1"

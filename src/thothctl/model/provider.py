"""The providers of language models and embeddings: where they are and how a key is checked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from thothctl.model.answer import JsonObject
from thothctl.model.secret import Secret
from thothctl.model.setting import SettingValue

NONE, LOCAL = "none", "local"
"""No language model; embeddings made by the server itself."""
STORED, SKIPPED = "stored", "skipped"
"""What a `*_key` setting says: a secret file is there, or the user goes without for now."""
USES = ("llm", "embedding")


@dataclass(frozen=True, slots=True)
class Call:
    """A request that proves a key and asks no model anything."""

    path: str
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider; `tail` is the end of a base URL that users add and the paths bring along."""

    name: str
    title: str
    base_url: str
    check: Call = Call("/models")
    models: str = "/models"
    header: str = "Authorization"
    scheme: str = "Bearer "
    extra: tuple[tuple[str, str], ...] = ()
    tail: tuple[str, ...] = ()
    needs_key: bool = True
    takes_key: bool = True
    variables: tuple[str, ...] = ()
    model: str = ""
    embedding_model: str | None = None
    chats: bool = True

    @property
    def secret(self) -> str:
        """The name of the file that holds its key."""
        return f"{self.name}_api_key"

    def url(self, base_url: str, path: str) -> str:
        """One of its calls below a base URL, the user's or its own; local servers get their /v1."""
        base = (base_url or self.base_url).rstrip("/")
        for tail in self.tail:
            base = base.removesuffix(tail)
        bare = not self.needs_key and bool(self.base_url) and not urlsplit(base).path
        return f"{base}/v1{path}" if bare else base + path

    def serves(self, use: str) -> bool:
        return self.chats if use == "llm" else self.embedding_model is not None


PROVIDERS: Mapping[str, Provider] = {
    one.name: one
    for one in (
        Provider(
            "openai",
            "OpenAI",
            "https://api.openai.com/v1",
            variables=("OPENAI_API_KEY",),
            model="gpt-6-luna",
            embedding_model="text-embedding-3-small",
        ),
        Provider(
            "anthropic",
            "Anthropic",
            "https://api.anthropic.com",
            Call("/v1/models?limit=1000"),
            "/v1/models?limit=1000",
            header="x-api-key",
            scheme="",
            extra=(("anthropic-version", "2023-06-01"),),
            tail=("/v1",),
            variables=("ANTHROPIC_API_KEY",),
            model="claude-haiku-5-5",
        ),
        Provider(
            "gemini",
            "Google Gemini",
            "https://generativelanguage.googleapis.com",
            Call("/v1beta/models?pageSize=1000"),
            "/v1beta/models?pageSize=1000",
            header="x-goog-api-key",
            scheme="",
            tail=("/v1beta", "/v1"),
            variables=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
            model="gemini-3.5-flash-lite",
            embedding_model="gemini-embedding-001",
        ),
        Provider(
            "groq",
            "Groq",
            "https://api.groq.com/openai/v1",
            variables=("GROQ_API_KEY",),
            model="openai/gpt-oss-120b",
        ),
        Provider(
            "mistral",
            "Mistral",
            "https://api.mistral.ai/v1",
            variables=("MISTRAL_API_KEY", "API_MISTRAL_KEY"),
            model="mistral-small-latest",
            embedding_model="mistral-embed",
        ),
        Provider(
            "openrouter",
            "OpenRouter",
            "https://openrouter.ai/api/v1",
            Call("/key"),  # its list of models is public and proves nothing
            variables=("OPENROUTER_API_KEY", "API_OPENROUTER_KEY"),
            model="openai/gpt-oss-120b",
        ),
        Provider(
            "deepseek",
            "DeepSeek",
            "https://api.deepseek.com",
            variables=("DEEPSEEK_API_KEY",),
            model="deepseek-flash",
        ),
        Provider(
            "cohere",
            "Cohere",
            "https://api.cohere.com",
            Call("/v1/check-api-key", "POST"),
            "/v1/models?page_size=1000",
            tail=("/v1", "/v2"),
            variables=("COHERE_API_KEY",),
            embedding_model="embed-v4.0",
            chats=False,
        ),
        Provider(
            "ollama",
            "Ollama (local)",
            "http://localhost:11434/v1",
            needs_key=False,
            takes_key=False,
            model="qwen2.5-coder:7b",
            embedding_model="nomic-embed-text",
        ),
        Provider(
            "lmstudio",
            "LM Studio (local)",
            "http://localhost:1234/v1",
            needs_key=False,
            takes_key=False,
            embedding_model="text-embedding-nomic-embed-text-v1.5",
        ),
        Provider(
            "custom",
            "The server",
            "",
            needs_key=False,
            embedding_model="",
        ),
    )
}


class KeyClass(StrEnum):
    """What a live check says of a key."""

    VALID = "valid"
    INVALID = "invalid"
    NO_QUOTA = "no_quota"
    NO_ACCESS = "no_access"
    NETWORK = "network"
    PROXY = "proxy"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A key to be checked at a provider, and the model that is wanted of it."""

    provider: Provider
    key: Secret | None = None
    base_url: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class KeyReply:
    """What came back: a status with its body, or `failure` (network or proxy) with a detail.

    `listing` is the body of the list of models where that is a call of its own.
    """

    status: int = 0
    body: JsonObject | None = None
    text: str = ""
    listing: JsonObject | None = None
    failure: KeyClass | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class KeyVerdict:
    """The class of a key in words; `models` are those the provider lists."""

    kind: KeyClass
    detail: str
    models: tuple[str, ...] = field(default=(), repr=False)

    @property
    def usable(self) -> bool:
        return self.kind in {KeyClass.VALID, KeyClass.SKIPPED}


def provider_of(settings: Mapping[str, SettingValue], use: str) -> Provider | None:
    """The provider chosen for `llm` or `embedding`; None where none is called."""
    return PROVIDERS.get(str(settings.get(f"{use}_provider", NONE)))


def secrets_in_use(settings: Mapping[str, SettingValue]) -> dict[str, str]:
    """Use to the name of its secret file, for the uses whose key is stored."""
    return {
        use: provider.secret
        for use in USES
        if (provider := provider_of(settings, use)) and settings.get(f"{use}_key") == STORED
    }


def likely(models: Sequence[str], use: str) -> tuple[str, ...]:
    """The models that fit a use, told from their names; all of them where that leaves none."""
    if use == "embedding":
        chosen = tuple(name for name in models if "embed" in name.lower())
    else:
        chosen = tuple(name for name in models if not _OTHER.search(name.lower()))
    return chosen or tuple(models)


_OTHER = re.compile(
    "embed|tts|whisper|dall-e|moderation|realtime|audio|image|transcribe|rerank|veo|imagen|aqa"
)

"""Which language model and which embeddings the operator chose, read from the environment."""

from thoth_ai import environment
from thoth_ai.providers.types import ProviderSettings

NONE, LOCAL = "none", "local"
# A provider's own variable beats the general one; of two spellings the first that is set counts.
KEY_VARIABLES = {
    "openai": ("OPENAI_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "groq": ("GROQ_API_KEY",),
    "mistral": ("MISTRAL_API_KEY", "API_MISTRAL_KEY"),
    "openrouter": ("OPENROUTER_API_KEY", "API_OPENROUTER_KEY"),
    "deepseek": ("DEEPSEEK_API_KEY",),
    "cohere": ("COHERE_API_KEY",),
    "ollama": (),
    "lmstudio": (),
    "custom": (),
}
KEYLESS = frozenset({LOCAL, "ollama", "lmstudio", "custom"})
WITHOUT_CHAT = frozenset({"cohere"})
WITHOUT_EMBEDDINGS = frozenset({"anthropic", "groq", "openrouter", "deepseek"})


def language_model() -> ProviderSettings | None:
    """Return what `LLM_*` says, None for no language model."""
    names = tuple(name for name in KEY_VARIABLES if name not in WITHOUT_CHAT)
    provider = environment.choice("LLM_PROVIDER", NONE, (NONE, *names))
    return None if provider == NONE else _settings("LLM", provider)


def embedding() -> ProviderSettings:
    """Return what `EMBEDDING_*` says, the local embedding by default."""
    names = tuple(name for name in KEY_VARIABLES if name not in WITHOUT_EMBEDDINGS)
    provider = environment.choice("EMBEDDING_PROVIDER", LOCAL, (LOCAL, *names))
    return _settings("EMBEDDING", provider)


def lacks_key(settings: ProviderSettings) -> bool:
    """Tell whether the provider asks for a key and none is set."""
    return settings.provider not in KEYLESS and not settings.key


def _settings(prefix: str, provider: str) -> ProviderSettings:
    return ProviderSettings(
        provider=provider,
        model=environment.text(f"{prefix}_MODEL"),
        base_url=environment.text(f"{prefix}_BASE_URL"),
        key=_key(prefix, provider),
        timeout_seconds=environment.number("LLM_TIMEOUT_SECONDS", 60, lowest=1, highest=600),
        ca_bundle=environment.text("THOTH_CA_BUNDLE"),
    )


def _key(prefix: str, provider: str) -> str:
    own = KEY_VARIABLES.get(provider, ())
    found = (environment.text(name) for name in (*own, f"{prefix}_API_KEY"))
    return next((key for key in found if key), "")

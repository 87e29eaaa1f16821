"""The providers that are known: how they are spoken to, where, and with which models."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Protocol(StrEnum):
    """How a provider is spoken to."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"
    COHERE = "cohere"


@dataclass(frozen=True, slots=True)
class Provider:
    """What is known of a provider; no model means that it has none, or that one must be named."""

    name: str
    protocol: Protocol
    base_url: str
    chat_model: str | None = None
    embedding_model: str | None = None
    needs_key: bool = True
    chats: bool = True
    embeds: bool = False


PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        provider.name: provider
        for provider in (
            Provider(
                "openai",
                Protocol.OPENAI,
                "https://api.openai.com/v1",
                "gpt-6-luna",
                "text-embedding-3-small",
                embeds=True,
            ),
            Provider(
                "anthropic", Protocol.ANTHROPIC, "https://api.anthropic.com", "claude-haiku-5-5"
            ),
            Provider(
                "gemini",
                Protocol.GEMINI,
                "https://generativelanguage.googleapis.com",
                "gemini-3.5-flash-lite",
                "gemini-embedding-001",
                embeds=True,
            ),
            Provider(
                "groq", Protocol.OPENAI, "https://api.groq.com/openai/v1", "openai/gpt-oss-120b"
            ),
            Provider(
                "mistral",
                Protocol.OPENAI,
                "https://api.mistral.ai/v1",
                "mistral-small-latest",
                "mistral-embed",
                embeds=True,
            ),
            Provider(
                "openrouter",
                Protocol.OPENAI,
                "https://openrouter.ai/api/v1",
                "openai/gpt-oss-120b",
            ),
            Provider("deepseek", Protocol.OPENAI, "https://api.deepseek.com", "deepseek-flash"),
            Provider(
                "cohere",
                Protocol.COHERE,
                "https://api.cohere.com",
                embedding_model="embed-v4.0",
                chats=False,
                embeds=True,
            ),
            Provider(
                "ollama",
                Protocol.OPENAI,
                "http://host.docker.internal:11434/v1",
                "qwen2.5-coder:7b",
                "nomic-embed-text",
                needs_key=False,
                embeds=True,
            ),
            Provider(
                "lmstudio",
                Protocol.OPENAI,
                "http://host.docker.internal:1234/v1",
                embedding_model="text-embedding-nomic-embed-text-v1.5",
                needs_key=False,
                embeds=True,
            ),
            Provider("custom", Protocol.OPENAI, "", needs_key=False, embeds=True),
        )
    }
)

DIMENSIONS: Mapping[tuple[str, str], int] = MappingProxyType(
    {
        ("openai", "text-embedding-3-small"): 1536,
        ("openai", "text-embedding-3-large"): 3072,
        ("mistral", "mistral-embed"): 1024,
        ("gemini", "gemini-embedding-001"): 3072,
        ("cohere", "embed-v4.0"): 1536,
        ("cohere", "embed-english-v3.0"): 1024,
        ("cohere", "embed-multilingual-v3.0"): 1024,
        ("ollama", "nomic-embed-text"): 768,
        ("ollama", "mxbai-embed-large"): 1024,
        ("lmstudio", "text-embedding-nomic-embed-text-v1.5"): 768,
    }
)
"""How long the vectors of well-known models are."""

"""How the tests ask: every protocol, a fake clock, and a key that must never show."""

from dataclasses import dataclass, field

from provider_server import ProviderServer

from thoth_ai.providers import catalogue
from thoth_ai.providers.patience import Patience
from thoth_ai.providers.types import Chat, Completion, Message, ProviderSettings

KEY = "sk-canary-0123456789abcdef"
CHATS = ("openai", "anthropic", "gemini")
PATHS = {
    "openai": "/v1/chat/completions",
    "anthropic": "/v1/messages",
    "gemini": "/v1beta/models/some-model:streamGenerateContent?alt=sse",
}
QUESTION = (Message("system", "Write SQL."), Message("user", "How many schools are there?"))


@dataclass
class FakeTime:
    """Time that only moves when somebody waits."""

    seconds: float = 1000.0
    waits: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds

    def patience(self, *, chance: float = 0.0, idle_seconds: float = 30.0) -> Patience:
        return Patience(
            clock=self.clock, pause=self.pause, chance=lambda: chance, idle_seconds=idle_seconds
        )


def base_url(server: ProviderServer, provider: str) -> str:
    return server.url if provider in {"anthropic", "gemini", "cohere"} else server.openai


def chat(
    server: ProviderServer, provider: str, time: FakeTime | None = None, seconds: float = 20
) -> Chat:
    told = ProviderSettings(provider, "some-model", base_url(server, provider), KEY, seconds)
    return catalogue.chat(told, (time or FakeTime()).patience())


def ask(server: ProviderServer, provider: str, time: FakeTime | None = None) -> Completion:
    return chat(server, provider, time).complete(QUESTION)

"""What the server needs of a language model and of embeddings, and how they fail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What a request consumed; the cost is None where the price is not known."""

    input_tokens: int
    output_tokens: int
    cost_usd: float | None

    def __add__(self, other: "Usage") -> "Usage":
        costs = (self.cost_usd, other.cost_usd)
        known = [cost for cost in costs if cost is not None]
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            sum(known) if len(known) == len(costs) else None,
        )


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer, with the model that says it wrote it."""

    text: str
    model: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Which provider to ask and how; empty model and base URL mean the provider's defaults."""

    provider: str
    model: str = ""
    base_url: str = ""
    key: str = field(default="", repr=False)
    timeout_seconds: float = 60
    ca_bundle: str = ""


class Failure(StrEnum):
    """The ways to fail that a user can do something different about."""

    INVALID_KEY = "invalid_key"
    NO_QUOTA = "no_quota"
    NO_MODEL = "no_model"
    RATE_LIMITED = "rate_limited"
    TIMEOUT = "timeout"
    NETWORK = "network"
    BAD_REPLY = "bad_reply"


class ProviderError(Exception):
    """A provider gave no usable answer; the message is fit for a user and holds no key."""

    def __init__(self, kind: Failure, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


def ignore(_piece: str) -> None:
    """Hear a piece of text and do nothing about it."""


class Chat(Protocol):
    """A language model that answers while one listens."""

    @property
    def provider(self) -> str: ...

    @property
    def model(self) -> str: ...

    def complete(
        self, messages: Sequence[Message], *, heard: Callable[[str], None] = ignore
    ) -> Completion:
        """Ask; `heard` gets each piece of text, and what it raises ends the request."""
        ...


class Embedder(Protocol):
    """Texts become vectors of length 1."""

    @property
    def identity(self) -> str:
        """Name the space of the vectors: only vectors of one identity may be compared."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text, shape (n, dimensions)."""
        ...

"""An answer while it is being heard."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from thoth_ai.providers.prices import price_of
from thoth_ai.providers.types import Completion, Failure, Message, ProviderError, Usage

LONGEST_TEXT = 1_000_000
CHARACTERS_PER_TOKEN = 4


class Stop(StrEnum):
    """Why a model stopped, other than that it was done; the words are for the user."""

    CUT = "stopped before its answer was complete: it reached its limit of tokens"
    DECLINED = "declined to answer: its filter for content stepped in"


@dataclass(slots=True)
class Draft:
    """Grows piece by piece; dialects note on it what else the documents tell."""

    provider: str
    asked_model: str
    model: str = ""
    pieces: list[str] = field(default_factory=list)
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    is_complete: bool = False
    is_over: bool = False
    stop: Stop | None = None
    _length: int = 0

    def add(self, piece: str) -> None:
        """Take a piece of text; BAD_REPLY when it becomes too much."""
        self._length += len(piece)
        if self._length > LONGEST_TEXT:
            raise ProviderError(Failure.BAD_REPLY, f"the answer of {self.provider} is too long")
        self.pieces.append(piece)

    def note(self, *, model: str = "", input_tokens: int | None, output_tokens: int | None) -> None:
        """Keep what is told last, and what was told before where nothing is."""
        self.model = model or self.model
        self.input_tokens = self.input_tokens if input_tokens is None else input_tokens
        self.output_tokens = self.output_tokens if output_tokens is None else output_tokens

    def end(self, reason: str, stops: dict[str, Stop]) -> None:
        """Note the reason for which the model stopped, if it gave one."""
        if reason:
            self.is_complete = True
            self.stop = stops.get(reason)

    def finished(self, messages: Sequence[Message]) -> Completion:
        """Return the answer; BAD_REPLY if it is none."""
        text = "".join(self.pieces)
        if self.stop:
            raise ProviderError(Failure.BAD_REPLY, f"the model of {self.provider} {self.stop}")
        if not text.strip():
            raise ProviderError(Failure.BAD_REPLY, f"{self.provider} sent an empty answer")
        return Completion(text, self.model or self.asked_model, self._usage(messages, text))

    def _usage(self, messages: Sequence[Message], text: str) -> Usage:
        asked = self.input_tokens
        if asked is None:
            asked = _estimate(sum(len(message.text) for message in messages))
        told = _estimate(len(text)) if self.output_tokens is None else self.output_tokens
        cost, price = self.cost_usd, price_of(self.provider, self.asked_model)
        if cost is None and price is not None:
            cost = price.cost(asked, told)
        return Usage(asked, told, cost)


def _estimate(characters: int) -> int:
    return math.ceil(characters / CHARACTERS_PER_TOKEN)

"""When to ask again, how long to wait before, and when to stop."""

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar

from thoth_ai.providers.types import Failure, ProviderError

T = TypeVar("T")


class PassingError(ProviderError):
    """A failure that may be over when one asks again; `wait` is what the provider asked for."""

    def __init__(self, kind: Failure, message: str, wait: float | None = None) -> None:
        super().__init__(kind, message)
        self.wait = wait

    def settled(self) -> ProviderError:
        """Return the same failure as one that is final."""
        return ProviderError(self.kind, self.message)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long; clock, pause and chance come in from outside."""

    tries: int = 3
    first_pause: float = 0.5
    longest_wait: float = 20.0
    idle_seconds: float = 30.0
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random

    def persist(self, ask: Callable[[float], T], seconds: float) -> T:
        """Ask until there is an answer, giving each time the moment at which all must be over."""
        deadline = self.clock() + seconds
        for attempt in range(1, self.tries + 1):
            try:
                return ask(deadline)
            except PassingError as error:
                wait, failure = self._wait(attempt, error.wait), error.settled()
            except ProviderError as error:
                # Its traceback may lead into frames with what the provider said, a key included.
                wait, failure = math.inf, error.with_traceback(None)
            if attempt == self.tries or self._is_too_long(wait, deadline):
                raise failure
            self.pause(wait)
        raise AssertionError("the last try either answers or raises")

    def _wait(self, attempt: int, wanted: float | None) -> float:
        """Double the pause each time, and spread it, so that not all come back together."""
        if wanted is not None:
            return wanted
        return self.first_pause * float(2 ** (attempt - 1)) * (0.5 + self.chance() / 2)

    def _is_too_long(self, wait: float, deadline: float) -> bool:
        return wait > self.longest_wait or self.clock() + wait >= deadline


def retry_after(value: str, now: str) -> float | None:
    """Read the header of that name, in seconds or as a date told from the reply's own date."""
    if value.isdecimal():
        return float(value)
    try:
        left = parsedate_to_datetime(value) - parsedate_to_datetime(now)
    except (TypeError, ValueError):
        return None
    return max(left.total_seconds(), 0.0)

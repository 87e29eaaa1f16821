"""Chance that falls the same way on every machine and every Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

MULTIPLIER = 6364136223846793005
INCREMENT = 1442695040888963407
MODULUS = 1 << 64
FRACTION = 1 << 31


@dataclass(slots=True)
class Dice:
    """A linear congruential generator; only integer arithmetic decides its course."""

    state: int

    def below(self, limit: int) -> int:
        """Return a whole number from 0 up to, without, the limit."""
        self.state = (self.state * MULTIPLIER + INCREMENT) % MODULUS
        return (self.state >> 33) * limit // FRACTION

    def between(self, low: int, high: int) -> int:
        """Return a whole number of the range, both ends included."""
        return low + self.below(high - low + 1)

    def hit(self, percent: int) -> bool:
        """Tell whether something of this probability happens."""
        return self.below(100) < percent

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items, each as likely as the next."""
        return items[self.below(len(items))]

    def weighted(self, items: Sequence[T], weights: Sequence[int]) -> T:
        """Return one of the items, likelier the heavier its weight."""
        rest = self.below(sum(weights))
        for item, weight in zip(items, weights, strict=True):
            if rest < weight:
                return item
            rest -= weight
        raise AssertionError("the weights do not add up")

    def bell(self, spread: int) -> int:
        """Return a whole number around 0, seldom far from it, never beyond the spread."""
        return sum(self.between(-spread, spread) for _ in range(3)) // 3

"""What is remembered of a column's values where there is no compiled encoder; see native/sketch.h.

The values kept, the range and the sums are the same; what is frequent is told by every eighth row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from thoth_ai.importing.postgres.hashing import Hashes

ROOM = 48
NO_LIMIT = 2**64 - 1
SLOT = 64 - 7
EVERY = 8
NUMBER = 8
SIGN = np.uint64(2**63)
Seen = tuple[int, int, bytes]
"""A hash, how often it came, and the first bytes of its value."""
Sketched = tuple[int, int, bytes, bytes, int, int, Sequence[Seen], Sequence[Seen]]
"""Values, limit of the hashes, lowest, highest, bytes in all and at most, kept, frequent."""


class Noted(Protocol):
    """Values as a sketch sees them: as bytes that sort as they do."""

    def __len__(self) -> int:
        """Return how many there are."""

    def __getitem__(self, row: int, /) -> bytes:
        """Return the bytes of one."""

    def take(self, rows: NDArray[np.int64], /) -> "Noted":
        """Return some of them."""

    def range(self) -> tuple[bytes, bytes]:
        """Return the lowest and the highest."""

    def extent(self) -> tuple[int, int]:
        """Return how many bytes there are, in all and at most."""


@dataclass(frozen=True, slots=True)
class NotedNumbers:
    """Numbers as eight bytes that sort as they do."""

    ordered: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.ordered)

    def __getitem__(self, row: int) -> bytes:
        return int(self.ordered[row]).to_bytes(NUMBER, "big")

    def take(self, rows: NDArray[np.int64]) -> "NotedNumbers":
        return NotedNumbers(self.ordered[rows])

    def range(self) -> tuple[bytes, bytes]:
        low, high = int(self.ordered.min()), int(self.ordered.max())
        return low.to_bytes(NUMBER, "big"), high.to_bytes(NUMBER, "big")

    def extent(self) -> tuple[int, int]:
        return NUMBER * len(self.ordered), NUMBER


def of_integers(values: NDArray[np.int64]) -> NotedNumbers:
    """Turn the sign, so that what is below zero comes first."""
    return NotedNumbers(values.view(np.uint64) ^ SIGN)


def of_doubles(values: NDArray[np.float64]) -> NotedNumbers:
    """Of what is below zero turn all bits; there is one zero."""
    bits = (values + 0.0).view(np.uint64)
    return NotedNumbers(np.where(bits >= SIGN, ~bits, bits | SIGN))


@dataclass(slots=True)
class _Slot:
    hash: int
    count: int
    votes: int
    bytes: bytes


@dataclass(slots=True)
class PythonSketch:
    """One column's; `add` takes a portion of its values with their hashes."""

    kept: int
    values: int = 0
    limit: int = NO_LIMIT
    total: int = 0
    longest: int = 0
    low: bytes = b""
    high: bytes = b""
    seen: dict[int, list[Any]] = field(default_factory=dict)
    frequent: dict[int, _Slot] = field(default_factory=dict)

    def add(self, values: Noted, hashes: Hashes) -> None:
        if not self.kept or not len(values):
            return
        self._range(values)
        if self.frequent:
            self._vote(_counted(hashes[::EVERY]), values)
        below = np.flatnonzero(hashes < np.uint64(self.limit))
        for hash_, at, count in _counted(hashes[below]):
            if one := self.seen.get(hash_):
                one[0] += count
            else:
                self.seen[hash_] = [count, values[int(below[at])][:ROOM]]
        if len(self.seen) > 2 * self.kept:
            self._make_room()

    def sketched(self) -> Sketched:
        """Return the same as the compiled one; as many as are to be kept if any were let go."""
        kept = sorted((hash_, count, raw) for hash_, (count, raw) in self.seen.items())
        limit = NO_LIMIT
        if self.frequent:
            kept = kept[: self.kept]
            limit = kept[-1][0]
        frequent = [(one.hash, one.count, one.bytes) for one in self.frequent.values()]
        return (
            self.values, limit, self.low, self.high, self.total, self.longest, kept, frequent
        )  # fmt: skip

    def _range(self, values: Noted) -> None:
        low, high = (one[:ROOM] for one in values.range())
        self.low = min(self.low, low) if self.values else low
        self.high = max(self.high, high) if self.values else high
        total, longest = values.extent()
        self.total += total
        self.longest = max(self.longest, longest)
        self.values += len(values)

    def _make_room(self) -> None:
        if not self.frequent:
            for hash_, (count, raw) in self.seen.items():
                slot = self.frequent.get(hash_ >> SLOT)
                if slot is None or count > slot.count:
                    self.frequent[hash_ >> SLOT] = _Slot(hash_, count, count, raw)
        hashes = sorted(self.seen)
        self.limit = hashes[self.kept]
        self.seen = {hash_: self.seen[hash_] for hash_ in hashes[: self.kept]}

    def _vote(self, portion: Sequence[tuple[int, int, int]], values: Noted) -> None:
        """Whoever has a slot stays there unless the others of this portion outnumber its votes."""
        others: dict[int, list[int]] = {}
        for hash_, at, count in portion:
            slot = self.frequent.get(hash_ >> SLOT)
            if slot is not None and slot.hash == hash_:
                slot.count += EVERY * count
                slot.votes += EVERY * count
                continue
            best = others.setdefault(hash_ >> SLOT, [0, 0, 0, 0])
            best[0] += EVERY * count
            if EVERY * count > best[1]:
                best[1:] = EVERY * count, hash_, at
        for place, (together, count, hash_, at) in others.items():
            slot = self.frequent.get(place)
            if slot is not None and slot.votes >= together:
                slot.votes -= together
                continue
            left = together - slot.votes if slot else count
            raw = values[EVERY * at][:ROOM]
            self.frequent[place] = _Slot(hash_, count, min(count, left), raw)


def _counted(hashes: Hashes) -> list[tuple[int, int, int]]:
    """Return each hash once, with where it was first and how often it came."""
    found = np.unique(hashes, return_index=True, return_counts=True)
    return list(zip(*(part.tolist() for part in found), strict=True))

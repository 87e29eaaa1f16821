"""What is remembered of a column's values where there is no compiled encoder; see native/sketch.h.

The values kept, the range and the sums are the same; what is frequent is told by every eighth row.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from thoth_ai.importing.postgres import kinds
from thoth_ai.importing.postgres.hashing import Hashes

ROOM = 48
NO_LIMIT = 2**64 - 1
SLOT = 64 - 7
EVERY = 8
Seen = tuple[int, int, bytes]
"""A hash, how often it came, and the first bytes of its value."""
Sketched = tuple[int, int, bytes, bytes, int, int, Sequence[Seen], Sequence[Seen]]
"""Values, limit of the hashes, lowest, highest, bytes in all and at most, kept, frequent."""


def of_integer(value: int) -> bytes:
    """Return eight bytes that sort as integers do."""
    return struct.pack(">Q", value + 2**63)


def of_double(value: float) -> bytes:
    """Return eight bytes that sort as doubles do."""
    (bits,) = struct.unpack(">Q", struct.pack(">d", float(value) + 0.0))
    return struct.pack(">Q", bits ^ NO_LIMIT if bits >> 63 else bits | 1 << 63)


_NOTED: Mapping[str, Callable[[Any], bytes]] = {
    "i": of_integer,
    "b": of_integer,
    "f": of_double,
    "n": of_double,
    "d": lambda value: of_integer(kinds.moment(bytes(value)) // 86_400),
    "t": lambda value: of_integer(kinds.moment(bytes(value)) * 1_000_000),
    "s": lambda value: value if isinstance(value, bytes) else kinds.as_text(value),
    "y": bytes,
}


@dataclass(slots=True)
class _Slot:
    hash: int
    count: int
    votes: int
    bytes: bytes


@dataclass(slots=True)
class PythonSketch:
    """One column's; `add` takes a portion of its values with their hashes."""

    letter: str
    kept: int
    values: int = 0
    limit: int = NO_LIMIT
    total: int = 0
    longest: int = 0
    low: bytes = b""
    high: bytes = b""
    seen: dict[int, list[Any]] = field(default_factory=dict)
    frequent: dict[int, _Slot] = field(default_factory=dict)

    def add(self, values: Sequence[Any], hashes: Hashes) -> None:
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
                self.seen[hash_] = [count, self._noted(values[int(below[at])])]
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

    def _noted(self, value: Any) -> bytes:  # noqa: ANN401 - as SQLite gave it
        return _NOTED[self.letter](value)[:ROOM]

    def _range(self, values: Sequence[Any]) -> None:
        if self.letter == "s" and any(type(one) is not bytearray for one in values):
            values = [kinds.as_text(one) for one in values]
        low, high = self._noted(min(values)), self._noted(max(values))
        self.low = min(self.low, low) if self.values else low
        self.high = max(self.high, high) if self.values else high
        sizes = list(map(len, values)) if self.letter in "sy" else [8] * len(values)
        self.total += sum(sizes)
        self.longest = max(self.longest, *sizes)
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

    def _vote(self, portion: Sequence[tuple[int, int, int]], values: Sequence[Any]) -> None:
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
            raw = self._noted(values[EVERY * at])
            self.frequent[place] = _Slot(hash_, count, min(count, left), raw)


def _counted(hashes: Hashes) -> list[tuple[int, int, int]]:
    """Return each hash once, with where it was first and how often it came."""
    found = np.unique(hashes, return_index=True, return_counts=True)
    return list(zip(*(part.tolist() for part in found), strict=True))

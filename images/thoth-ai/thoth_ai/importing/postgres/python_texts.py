"""Texts or blobs of some rows as one run of bytes, so that all are looked at together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from thoth_ai.importing.postgres import hashing
from thoth_ai.importing.postgres.kinds import HAS_NUL, NOT_UTF8

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]
BEHIND = 32
NOT_ASCII, CONTINUED, KIND_OF_BYTE = 0x80, 0x80, 0xC0
_PREFIX = 8
_FIRST_OF_EIGHT = np.array(
    [(2**64 - 1) ^ (2 ** (64 - 8 * size) - 1) for size in range(_PREFIX + 1)], np.uint64
)


@dataclass(frozen=True, slots=True)
class Texts:
    """Values and where each is in the run; behind its end there is room to read on."""

    values: Sequence[bytes | bytearray]
    raw: Bytes
    at: Numbers
    sizes: Numbers

    @classmethod
    def of(cls, values: Sequence[bytes | bytearray]) -> Self:
        """Put them one behind the other."""
        sizes = np.fromiter(map(len, values), np.int64, len(values))
        raw = np.frombuffer(b"".join((*values, bytes(BEHIND))), np.uint8)
        return cls(values, raw, np.cumsum(sizes) - sizes, sizes)

    def take(self, rows: Numbers) -> Self:
        """Return some of them."""
        values = [self.values[row] for row in rows.tolist()]
        return type(self)(values, self.raw, self.at[rows], self.sizes[rows])

    def hashes(self) -> hashing.Hashes:
        """Return each one's hash as a text."""
        return hashing.of_texts(self.raw, self.at, self.sizes)

    def windows(self, width: int) -> Bytes:
        """Return the first bytes of each, and whatever is behind those that are shorter."""
        return hashing.windows(self.raw, self.at, width)

    def reasons(self) -> NDArray[np.uint8] | None:
        """Return why each is no text for PostgreSQL; none where all are."""
        joined = self.raw[: len(self.raw) - BEHIND].tobytes()
        if b"\0" not in joined and (joined.isascii() or self._are_whole(joined)):
            return None
        found = np.zeros(len(self.values), np.uint8)
        found[self._owners(self.raw[: len(joined)] == 0)] = HAS_NUL
        for row in self._owners(self.raw[: len(joined)] >= NOT_ASCII).tolist():
            if not _is_utf8(self.values[row]):
                found[row] = NOT_UTF8
        return found

    def _are_whole(self, joined: bytes) -> bool:
        """All together are UTF-8, and none begins in the middle of a character."""
        starts = self.raw[self.at] & KIND_OF_BYTE
        return not (starts == CONTINUED).any() and _is_utf8(joined)

    def _owners(self, where: NDArray[np.bool_]) -> Numbers:
        ends = self.at + self.sizes
        return np.unique(np.searchsorted(ends, np.flatnonzero(where), side="right"))

    # What a sketch asks for.

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, row: int) -> bytes:
        return bytes(self.values[row])

    def range(self) -> tuple[bytes, bytes]:
        """Return the lowest and the highest; the first bytes rule most of them out."""
        first = self.windows(_PREFIX).view(">u8").ravel().astype(np.uint64)
        first &= _FIRST_OF_EIGHT[np.minimum(self.sizes, _PREFIX)]
        low = min(self.values[row] for row in np.flatnonzero(first == first.min()).tolist())
        high = max(self.values[row] for row in np.flatnonzero(first == first.max()).tolist())
        return bytes(low), bytes(high)

    def extent(self) -> tuple[int, int]:
        """Return how many bytes there are, in all and at most."""
        return int(self.sizes.sum()), int(self.sizes.max())


def _is_utf8(value: bytes | bytearray) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True

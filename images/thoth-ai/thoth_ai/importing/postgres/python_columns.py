"""A column of some rows as arrays: its bytes for COPY, its hashes, and what does not fit."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thoth_ai.importing.postgres import hashing, python_days, python_decimals
from thoth_ai.importing.postgres.kinds import EXACT, INEXACT, NOT_OF_KIND
from thoth_ai.importing.postgres.python_sketch import Noted, of_doubles, of_integers
from thoth_ai.importing.postgres.python_texts import Bytes, Texts
from thoth_ai.importing.postgres.python_texts import Numbers as Rows

SIZE, FEW = 4, 32
_NUMBERS = frozenset({int, float})


@dataclass(frozen=True, slots=True)
class Read:
    """Values: the sizes and what is short, how much of each row that is, and what is long."""

    front: Bytes
    hashes: hashing.Hashes
    noted: Noted
    widths: Rows | None = None
    tails: Sequence[bytes | bytearray] | None = None
    reasons: NDArray[np.uint8] | None = None

    def take(self, rows: Rows) -> "Read":
        """Return some of them."""
        return Read(
            self.front[rows],
            self.hashes[rows],
            self.noted.take(rows),
            None if self.widths is None else self.widths[rows],
            None if self.tails is None else [self.tails[row] for row in rows.tolist()],
        )


@dataclass(frozen=True, slots=True)
class Column:
    """What was read, NULL where nothing was or nothing fits; and rows that do not fit, and why."""

    read: Read
    misfits: Sequence[tuple[int, int]]


Reader = Callable[[Sequence[Any]], Read]


def encode(letter: str, values: Sequence[object], types: AbstractSet[type]) -> Column:
    """Encode a column of some rows, whose types are known."""
    accepted, reader = _READERS[letter]
    if reader is _texts and not types & _NUMBERS:
        reader = _plain_texts
    if accepted >= types:
        read = reader(values)
        if read.reasons is None:
            return Column(read, ())
        return _without_misfits(read, np.arange(len(values)), [], len(values))
    fits = [*map(accepted.__contains__, map(type, values))]
    chosen = np.fromiter(fits, np.bool_, len(fits))
    others = np.flatnonzero(~chosen).tolist()
    misfits = [(row, NOT_OF_KIND) for row in others if values[row] is not None]
    read = reader([*compress(values, fits)])
    return _without_misfits(read, np.flatnonzero(chosen), misfits, len(values))


def _without_misfits(read: Read, rows: Rows, misfits: list[tuple[int, int]], count: int) -> Column:
    if read.reasons is not None:
        bad = np.flatnonzero(read.reasons)
        misfits += zip(rows[bad].tolist(), read.reasons[bad].tolist(), strict=True)
        good = np.flatnonzero(read.reasons == 0)
        read, rows = read.take(good), rows[good]
    return Column(_spread(read, rows, count), misfits)


def _spread(read: Read, rows: Rows, count: int) -> Read:
    """Put NULL wherever nothing was read."""
    width = read.front.shape[1]
    front = np.zeros((count, width), np.uint8)
    front[:, :SIZE] = 0xFF
    front.view(f"V{width}")[rows] = read.front.view(f"V{width}")
    widths = None
    if width > SIZE:
        widths = np.full(count, SIZE, np.int64)
        widths[rows] = width if read.widths is None else read.widths
    if read.tails is not None:
        return replace(read, front=front, tails=_spread_tails(read.tails, rows, count))
    return replace(read, front=front, widths=widths)


def _spread_tails(
    tails: Sequence[bytes | bytearray], rows: Rows, count: int
) -> list[bytes | bytearray]:
    if count - len(rows) <= FEW:
        found = list(tails)
        for row in np.setdiff1d(np.arange(count), rows, assume_unique=True).tolist():
            found.insert(row, b"")
        return found
    found = [b""] * count
    for row, tail in zip(rows.tolist(), tails, strict=True):
        found[row] = tail
    return found


def _fixed(numbers: NDArray[Any], code: str) -> Bytes:
    """Return every number with its size in front."""
    whole = np.empty(len(numbers), [("size", ">i4"), ("value", code)])
    whole["size"], whole["value"] = whole.dtype["value"].itemsize, numbers
    return whole.view(np.uint8).reshape(len(numbers), whole.dtype.itemsize)


def _whole(numbers: Rows, code: str, fits: NDArray[np.bool_] | None = None) -> Read:
    """Return integers, or days and moments as such."""
    wrong = fits is not None and not fits.all()
    reasons = np.where(fits, 0, NOT_OF_KIND).astype(np.uint8) if wrong else None  # type: ignore[arg-type]
    hashes, noted = hashing.of_integers(numbers), of_integers(numbers)
    return Read(_fixed(numbers, code), hashes, noted, reasons=reasons)


def _integers(values: Sequence[int]) -> Read:
    return _whole(np.fromiter(values, np.int64, len(values)), ">i8")


def _bits(values: Sequence[int]) -> Read:
    numbers = np.fromiter(values, np.int64, len(values))
    return _whole(numbers, ">i1", (numbers == 0) | (numbers == 1))


def _doubles(values: Sequence[float]) -> Read:
    numbers = np.fromiter(values, np.float64, len(values))
    reasons = None
    for row in np.flatnonzero(np.abs(numbers) >= EXACT).tolist():
        if isinstance(values[row], int) and not -EXACT <= values[row] <= EXACT:
            reasons = np.zeros(len(values), np.uint8) if reasons is None else reasons
            reasons[row] = INEXACT
    hashes, noted = hashing.of_doubles(numbers), of_doubles(numbers)
    return Read(_fixed(numbers, ">f8"), hashes, noted, reasons=reasons)


def _numerics(values: Sequence[float]) -> Read:
    found = python_decimals.of(values)
    numbers = np.fromiter(values, np.float64, len(values))
    return Read(found.front, found.hashes, of_doubles(numbers), widths=found.widths)


def _days(values: Sequence[bytearray]) -> Read:
    texts = Texts.of(values)
    numbers, fits = python_days.days(texts.windows(python_days.DAY))
    return _whole(numbers, ">i4", fits & (texts.sizes == python_days.DAY))


def _moments(values: Sequence[bytearray]) -> Read:
    texts = Texts.of(values)
    numbers, fits = python_days.moments(texts.windows(python_days.MOMENT))
    return _whole(numbers, ">i8", fits & (texts.sizes == python_days.MOMENT))


def _texts(values: Sequence[object]) -> Read:
    return _plain_texts(
        [one if isinstance(one, bytearray) else repr(one).encode() for one in values]
    )


def _plain_texts(values: Sequence[Any]) -> Read:
    texts = Texts.of(values)
    return _sized(texts, texts.hashes(), texts.reasons())


def _bytes(values: Sequence[bytes]) -> Read:
    texts = Texts.of(values)
    shown = np.frombuffer((texts.raw.tobytes()).hex().encode(), np.uint8)
    return _sized(texts, hashing.of_texts(shown, 2 * texts.at, 2 * texts.sizes))


def _sized(texts: Texts, hashes: hashing.Hashes, reasons: NDArray[np.uint8] | None = None) -> Read:
    front = texts.sizes.astype(">i4").view(np.uint8).reshape(-1, SIZE)
    return Read(front, hashes, texts, tails=texts.values, reasons=reasons)


_READERS: Mapping[str, tuple[frozenset[type], Reader]] = {
    "i": (frozenset({int}), _integers),
    "f": (_NUMBERS, _doubles),
    "n": (_NUMBERS, _numerics),
    "b": (frozenset({int}), _bits),
    "d": (frozenset({bytearray}), _days),
    "t": (frozenset({bytearray}), _moments),
    "s": (_NUMBERS | {bytearray}, _texts),
    "y": (frozenset({bytes}), _bytes),
}

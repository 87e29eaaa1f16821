"""Many doubles as PostgreSQL's numeric at once; decimals.py does those that are not as common.

Most amounts have few decimals: then a division gives the double back, and that is proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thoth_ai.importing.postgres import decimals, hashing

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]
WIDTH = 24  # of the longest: its length, four numbers, and six groups of digits
MOST_DIGITS, BEHIND = 1e15, 16
_POWERS = 10 ** np.arange(7, dtype=np.int64)
_TENS = 10 ** np.arange(16, dtype=np.int64)
_SHOWN = np.array([f"{group:04d}".encode() for group in range(10_000)], "S4").view(np.uint32)
_POINT, _LAST = 17, 26  # of a text: a sign, sixteen digits, the point, eight digits
_GROUPS, _WHOLE_GROUPS = 6, 4
_NEGATIVE = 0x4000


@dataclass(frozen=True, slots=True)
class Numerics:
    """What COPY takes, how much of each row that is, and the hashes of their texts."""

    front: Bytes
    widths: Numbers
    hashes: hashing.Hashes


def of(values: Sequence[float]) -> Numerics:
    """Encode doubles and integers."""
    numbers = np.fromiter(values, np.float64, len(values))
    places, whole = _few(np.abs(numbers))
    negative = (numbers < 0) & (places >= 0)
    groups = _groups(np.maximum(places, 0), whole)
    front, widths = _encoded(groups, np.maximum(places, 0), negative)
    text, at, sizes = _texts(groups, places, whole, negative)
    others = np.flatnonzero(places < 0)
    found = [decimals.both(values[row]) for row in others.tolist()]
    raw = b"".join((text.tobytes(), *(one for one, _ in found), bytes(BEHIND)))
    sizes[others] = [len(one) for one, _ in found]
    at[others] = text.size + np.cumsum(sizes[others]) - sizes[others]
    for row, (_, encoded) in zip(others.tolist(), found, strict=True):
        front[row, : len(encoded)] = np.frombuffer(encoded, np.uint8)
        widths[row] = len(encoded)
    hashes = hashing.of_texts(np.frombuffer(raw, np.uint8), at, sizes)
    return Numerics(front, widths, hashes)


def _few(sizes: NDArray[np.float64]) -> tuple[Numbers, Numbers]:
    """Return the decimals of each, -1 for those that have many, and its digits as an integer."""
    places, whole = np.full(len(sizes), -1), np.zeros(len(sizes), np.int64)
    left = np.arange(len(sizes))
    for count, power in enumerate(_POWERS.tolist()):
        with np.errstate(over="ignore"):
            shifted = np.rint(sizes[left] * power)
        fits = (shifted < MOST_DIGITS) & (shifted / power == sizes[left])
        places[left[fits]] = count
        whole[left[fits]] = shifted[fits].astype(np.int64)
        left = left[~fits]
    return places, whole


def _groups(places: Numbers, whole: Numbers) -> Numbers:
    """Return four groups of four digits before the point, and two behind it."""
    found = np.empty((len(whole), _GROUPS), np.int64)
    before = whole // _POWERS[places]
    behind = (whole - before * _POWERS[places]) * _TENS[8 - places]
    for at in range(_WHOLE_GROUPS - 1, 0, -1):
        before, found[:, at] = np.divmod(before, 10_000)
    found[:, 0] = before
    found[:, 4], found[:, 5] = np.divmod(behind, 10_000)
    return found


def _encoded(
    groups: Numbers, places: Numbers, negative: NDArray[np.bool_]
) -> tuple[Bytes, Numbers]:
    """Leave out the groups that are zero at either end, as PostgreSQL does."""
    filled = groups != 0
    first, some = filled.argmax(axis=1), filled.any(axis=1)
    count = np.where(some, _GROUPS - filled[:, ::-1].argmax(axis=1) - first, 0)
    found = np.zeros((len(groups), WIDTH // 2), ">u2")
    found[:, 1] = 8 + 2 * count
    found[:, 2] = count
    found[:, 3] = np.where(some, _WHOLE_GROUPS - 1 - first, 0).astype(np.uint16)
    found[:, 4] = np.where(negative, _NEGATIVE, 0)
    found[:, 5] = places
    shifted = np.minimum(first[:, None] + np.arange(_GROUPS), _GROUPS - 1)
    found[:, 6:] = np.take_along_axis(groups, shifted, axis=1)
    return found.view(np.uint8).reshape(-1, WIDTH), 12 + 2 * count


def _texts(
    groups: Numbers, places: Numbers, whole: Numbers, negative: NDArray[np.bool_]
) -> tuple[Bytes, Numbers, Numbers]:
    """Return their texts, each in a row of its own, where it begins, and how long it is."""
    rows = np.arange(len(groups))
    text = np.empty((len(groups), _LAST), np.uint8)
    shown = _SHOWN[groups].view(np.uint8).reshape(-1, 4 * _GROUPS)
    text[:, 1:_POINT], text[:, _POINT], text[:, _POINT + 1 :] = (
        shown[:, :16],
        ord("."),
        shown[:, 16:],
    )
    before = whole // _POWERS[np.maximum(places, 0)]
    digits = np.maximum(np.searchsorted(_TENS, before, side="right"), 1)
    start = _POINT - digits - negative
    text[rows[negative], start[negative]] = ord("-")
    end = np.where(places > 0, _POINT + 1 + places, _POINT)
    return text, rows * _LAST + start, end - start

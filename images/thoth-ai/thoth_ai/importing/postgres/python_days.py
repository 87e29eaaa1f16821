"""Days and moments as SQLite writes them, read from the bytes of many at once."""

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]
DAY, MOMENT = 10, 19
SECONDS, SECOND = 86_400, 1_000_000
_LENGTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)
_MOST_MONTHS, _MOST_HOURS, _MOST_MINUTES = 12, 23, 59
_TO_2000 = 730_425


def days(texts: Bytes) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return the days since 2000, and which of the texts are a day indeed."""
    digits, fits = _digits(texts, (0, 1, 2, 3, 5, 6, 8, 9), {4: b"-", 7: b"-"})
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    month, day = _two(digits, 4), _two(digits, 6)
    fits &= (year >= 1) & (month >= 1) & (month <= _MOST_MONTHS) & (day >= 1)
    month = np.where(fits, month, 1)
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    fits &= day <= _LENGTHS[month] + (leap & (month == 2))  # noqa: PLR2004 - February
    shifted, from_march = year - (month <= 2), (month + 9) % 12  # noqa: PLR2004 - February
    passed = 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400
    return passed + (153 * from_march + 2) // 5 + day - 1 - _TO_2000, fits


def moments(texts: Bytes) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return the microseconds since 2000, and which of the texts are a moment indeed."""
    day, fits = days(texts)
    between = {10: b" ", 13: b":", 16: b":"}
    digits, are_times = _digits(texts, (11, 12, 14, 15, 17, 18), between)
    hour, minute, second = (_two(digits, at) for at in (0, 2, 4))
    fits &= are_times & (hour <= _MOST_HOURS)
    fits &= (minute <= _MOST_MINUTES) & (second <= _MOST_MINUTES)
    return (day * SECONDS + hour * 3600 + minute * 60 + second) * SECOND, fits


def _digits(
    texts: Bytes, places: tuple[int, ...], between: dict[int, bytes]
) -> tuple[Numbers, NDArray[np.bool_]]:
    found = texts[:, list(places)] - np.uint8(ord("0"))
    fits: NDArray[np.bool_] = np.logical_and.reduce(found <= 9, axis=1)  # noqa: PLR2004 - what is below the zero is above it
    for at, mark in between.items():
        fits &= texts[:, at] == ord(mark)
    return found.astype(np.int64), fits


def _two(digits: Numbers, at: int) -> Numbers:
    found: Numbers = digits[:, at] * 10 + digits[:, at + 1]
    return found

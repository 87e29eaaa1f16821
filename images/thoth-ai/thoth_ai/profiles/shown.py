"""The values in a sketch as people write them."""

import math
import struct
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

Value = str | int | float | bool
_DAY, _MOMENT = date(2000, 1, 1), datetime(2000, 1, 1)  # noqa: DTZ001 - SQLite's texts have no zone
SIGN, WHOLE = 2**63, 2**64


def integer(raw: bytes) -> int:
    """Return the integer of eight bytes that sort as integers do."""
    (bits,) = struct.unpack(">Q", raw)
    return int(bits) - SIGN


def double(raw: bytes) -> float:
    """Return the double of eight bytes that sort as doubles do."""
    (bits,) = struct.unpack(">Q", raw)
    (value,) = struct.unpack(
        ">d", struct.pack(">Q", bits ^ SIGN if bits >= SIGN else ~bits % WHOLE)
    )
    return float(value)


def _number(raw: bytes) -> Value:
    value = double(raw)
    if not math.isfinite(value):
        return str(value)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _day(raw: bytes) -> Value:
    return (_DAY + timedelta(days=integer(raw))).isoformat()


def _moment(raw: bytes) -> Value:
    return (_MOMENT + timedelta(microseconds=integer(raw))).isoformat(" ")


_BY_LETTER: Mapping[str, Callable[[bytes], Value]] = {
    "i": integer,
    "b": lambda raw: bool(integer(raw)),
    "f": _number,
    "n": _number,
    "d": _day,
    "t": _moment,
    "s": lambda raw: raw.decode("utf-8", "ignore"),
}


def value(letter: str, raw: bytes) -> Value:
    """Return a value of a kind; bytes have none to be shown."""
    return _BY_LETTER[letter](raw)


def can_be(letter: str) -> bool:
    """Say whether values of a kind can be shown."""
    return letter in _BY_LETTER

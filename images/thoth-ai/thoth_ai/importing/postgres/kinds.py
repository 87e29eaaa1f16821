"""The types of PostgreSQL that columns get: what fits each, its bytes and its hash."""

import functools
import re
import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from thoth_ai.importing.postgres import decimals, hashing

NULL = b"\xff\xff\xff\xff"
FITS, NOT_OF_KIND, INEXACT, HAS_NUL, NOT_UTF8 = range(5)
EXACT = 2**53
NONE: type = type(None)
SHORT = 4_096
_SIZES = [struct.pack(">i", size) for size in range(SHORT)]
_DAY = re.compile(rb"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - SQLite's texts have no zone
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Encoded:
    """A column of some rows: lists to be woven into rows, hashes, and rows that do not fit."""

    pieces: tuple[Sequence[bytes], ...]
    values: Sequence[Any]
    hashes: hashing.Hashes
    misfits: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A type, the letter that stands for it, and the term whose sum both sides compare."""

    letter: str
    name: str
    term: str
    accepted: frozenset[type]
    sure: frozenset[type]
    reason: Callable[[Any], int]
    write: Callable[[Sequence[Any]], tuple[tuple[Sequence[bytes], ...], hashing.Hashes]]


def encode(kind: Kind, values: Sequence[object], types: Collection[type]) -> Encoded:
    """Encode a column of some rows, whose types are known."""
    misfits = _misfits(kind, values, types)
    if not misfits and NONE not in types:
        pieces, hashes = kind.write(values)
        return Encoded(pieces, values, hashes, misfits)
    out = {row for row, _ in misfits}
    kept = [row for row, value in enumerate(values) if value is not None and row not in out]
    fitting = [values[row] for row in kept]
    pieces, hashes = kind.write(fitting) if kept else ((), np.zeros(0, np.uint64))
    return Encoded(_spread(pieces, kept, len(values)), fitting, hashes, misfits)


def _misfits(
    kind: Kind, values: Sequence[object], types: Collection[type]
) -> list[tuple[int, int]]:
    if kind.sure.issuperset(types):
        return []
    if kind.letter == "s" and bytes not in types and _all_texts(values):
        return []
    return [
        (row, reason)
        for row, value in enumerate(values)
        if value is not None
        if (reason := kind.reason(value) if type(value) in kind.accepted else NOT_OF_KIND)
    ]


def _spread(
    pieces: tuple[Sequence[bytes], ...], kept: Sequence[int], count: int
) -> tuple[Sequence[bytes], ...]:
    """Put NULL wherever nothing was kept; of several pieces only the first tells."""
    found = []
    for at, piece in enumerate(pieces or ([],)):
        whole = [b"" if at else NULL] * count
        for row, part in zip(kept, piece, strict=True):
            whole[row] = part
        found.append(whole)
    return tuple(found)


def _all_texts(values: Sequence[object]) -> bool:
    """Look at all of them at once; a line end between two keeps them from making one character."""
    joined = b"\n".join(value for value in values if isinstance(value, bytearray))
    try:
        joined.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in joined


def _text_reason(value: object) -> int:
    if not isinstance(value, bytearray):
        return FITS
    try:
        value.decode()
    except UnicodeDecodeError:
        return NOT_UTF8
    return HAS_NUL if 0 in value else FITS


def _double_reason(value: float) -> int:
    return INEXACT if isinstance(value, int) and not -EXACT <= value <= EXACT else FITS


def _day_reason(value: bytearray) -> int:
    return FITS if _DAY.fullmatch(value) and _moment(bytes(value)) is not None else NOT_OF_KIND


def _moment_reason(value: bytearray) -> int:
    return FITS if _MOMENT.fullmatch(value) and _moment(bytes(value)) is not None else NOT_OF_KIND


@functools.lru_cache(SHORT)
def _moment(value: bytes) -> int | None:
    """Return the seconds since 2000; most columns of dates have few different ones."""
    try:
        passed = datetime.fromisoformat(value.decode()) - _EPOCH
    except ValueError:
        return None
    return passed.days * 86_400 + passed.seconds


def _fixed(values: Any, size: int, code: str) -> list[bytes]:  # noqa: ANN401 - an array
    """Return every number with its size in front."""
    whole = np.empty(len(values), np.dtype([("size", ">i4"), ("value", code)]))
    whole["size"], whole["value"] = size, values
    raw, width = whole.tobytes(), size + 4
    return [raw[at : at + width] for at in range(0, len(raw), width)]


def _integers(values: Sequence[int]) -> tuple[tuple[Sequence[bytes], ...], hashing.Hashes]:
    numbers = np.array(values, np.int64)
    return (_fixed(numbers, 8, ">i8"),), hashing.of_integers(numbers)


def _bits(values: Sequence[int]) -> tuple[tuple[Sequence[bytes], ...], hashing.Hashes]:
    numbers = np.array(values, np.int64)
    return (_fixed(numbers, 1, ">i1"),), hashing.of_integers(numbers)


def _doubles(values: Sequence[float]) -> tuple[tuple[Sequence[bytes], ...], hashing.Hashes]:
    numbers = np.array(values, np.float64)
    return (_fixed(numbers, 8, ">f8"),), hashing.of_doubles(numbers)


def _numerics(values: Sequence[float]) -> tuple[tuple[Sequence[bytes], ...], hashing.Hashes]:
    pairs = [decimals.both(value) for value in values]
    return ([encoded for _, encoded in pairs],), hashing.of_texts([text for text, _ in pairs])


def moment(value: bytes) -> int:
    """Return the seconds since 2000 of a text that is known to be a day or a moment."""
    return _moment(value) or 0


def as_text(value: object) -> bytes:
    """Return a value of a text column as its text."""
    return bytes(value) if isinstance(value, bytearray) else repr(value).encode()


def _days(values: Sequence[bytearray]) -> tuple[tuple[Sequence[bytes], ...], hashing.Hashes]:
    numbers = np.array([_moment(bytes(value)) for value in values], np.int64) // 86_400
    return (_fixed(numbers, 4, ">i4"),), hashing.of_integers(numbers)


def _moments(values: Sequence[bytearray]) -> tuple[tuple[Sequence[bytes], ...], hashing.Hashes]:
    numbers = np.array([_moment(bytes(value)) for value in values], np.int64) * _SECOND
    return (_fixed(numbers, 8, ">i8"),), hashing.of_integers(numbers)


def _texts(values: Sequence[object]) -> tuple[tuple[Sequence[bytes], ...], hashing.Hashes]:
    texts = [one if isinstance(one, bytearray) else repr(one).encode() for one in values]
    return _sized(texts), hashing.of_texts(texts)


def _bytes(values: Sequence[bytes]) -> tuple[tuple[Sequence[bytes], ...], hashing.Hashes]:
    return _sized(values), hashing.of_texts([value.hex().encode() for value in values])


def _sized(values: Sequence[bytes | bytearray]) -> tuple[Sequence[bytes], ...]:
    sizes = [_SIZES[size] if size < SHORT else struct.pack(">i", size) for size in map(len, values)]
    return sizes, values  # type: ignore[return-value]  # both are bytes to whoever joins them


def _any(_: object) -> int:
    return FITS


def _bit_reason(value: int) -> int:
    return FITS if value in {0, 1} else NOT_OF_KIND


Types = frozenset[type]
_INTEGERS: Types = frozenset({int, NONE})
_NUMBERS: Types = frozenset({int, float, NONE})
_DAYS: Types = frozenset({bytearray, NONE})
_BLOBS: Types = frozenset({bytes, NONE})
_NULLS: Types = frozenset({NONE})
_REALS: Types = frozenset({float, NONE})
_ALL_TEXTS = _NUMBERS | _DAYS
_BIG = "hashint8extended({c}, 0)"
_DAY_NUMBER = "hashint8extended({c} - date '2000-01-01', 0)"
_TEXT = 'hashtextextended({c} COLLATE "C", 0)'
_PLAIN = _TEXT.replace("{c}", "{c}::text")
_HEX = _TEXT.replace("{c}", "encode({c}, 'hex')")
_BIT, _EIGHT = "hashint8extended({c}::int, 0)", "hashfloat8extended({c}, 0)"
_MOMENT_NUMBER = "timestamp_hash_extended({c}, 0)"
_NAME = "double precision"
BIGINT = Kind("i", "bigint", _BIG, _INTEGERS, _INTEGERS, _any, _integers)
DOUBLE = Kind("f", _NAME, _EIGHT, _NUMBERS, _REALS, _double_reason, _doubles)
NUMERIC = Kind("n", "numeric", _PLAIN, _NUMBERS, _NUMBERS, _any, _numerics)
BOOLEAN = Kind("b", "boolean", _BIT, _INTEGERS, _NULLS, _bit_reason, _bits)
DATE = Kind("d", "date", _DAY_NUMBER, _DAYS, _NULLS, _day_reason, _days)
TIMESTAMP = Kind("t", "timestamp", _MOMENT_NUMBER, _DAYS, _NULLS, _moment_reason, _moments)
TEXT = Kind("s", "text", _TEXT, _ALL_TEXTS, _NUMBERS, _text_reason, _texts)
BYTEA = Kind("y", "bytea", _HEX, _BLOBS, _BLOBS, _any, _bytes)
ALL = (BIGINT, DOUBLE, NUMERIC, BOOLEAN, DATE, TIMESTAMP, TEXT, BYTEA)
BY_LETTER: Mapping[str, Kind] = {kind.letter: kind for kind in ALL}
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in ALL}

"""The types of PostgreSQL that columns get, and the terms whose sums both sides compare."""

from collections.abc import Mapping
from dataclasses import dataclass

FITS, NOT_OF_KIND, INEXACT, HAS_NUL, NOT_UTF8 = range(5)
EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Kind:
    """A type, the letter that stands for it, and the term whose sum both sides compare."""

    letter: str
    name: str
    term: str


_TEXT = 'hashtextextended({c} COLLATE "C", 0)'
BIGINT = Kind("i", "bigint", "hashint8extended({c}, 0)")
DOUBLE = Kind("f", "double precision", "hashfloat8extended({c}, 0)")
NUMERIC = Kind("n", "numeric", _TEXT.replace("{c}", "{c}::text"))
BOOLEAN = Kind("b", "boolean", "hashint8extended({c}::int, 0)")
DATE = Kind("d", "date", "hashint8extended({c} - date '2000-01-01', 0)")
TIMESTAMP = Kind("t", "timestamp", "timestamp_hash_extended({c}, 0)")
TEXT = Kind("s", "text", _TEXT)
BYTEA = Kind("y", "bytea", _TEXT.replace("{c}", "encode({c}, 'hex')"))
ALL = (BIGINT, DOUBLE, NUMERIC, BOOLEAN, DATE, TIMESTAMP, TEXT, BYTEA)
BY_LETTER: Mapping[str, Kind] = {kind.letter: kind for kind in ALL}
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in ALL}

"""Which type a column gets: the declared one where every value fits, else one where they do."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from thoth_ai.importing.checks import quoted
from thoth_ai.importing.inspection import ColumnSchema, TableSchema

BIGINT, DOUBLE, NUMERIC, TEXT = "bigint", "double precision", "numeric", "text"
BOOLEAN, DATE, TIMESTAMP, BYTEA = "boolean", "date", "timestamp", "bytea"
EXACT = 2**53
MOST_AT_ONCE = 60
_MEASURES = {
    "values": "{c} IS NOT NULL",
    "integers": "typeof({c}) = 'integer'",
    "inexact": f"typeof({{c}}) = 'integer' AND abs({{c}} / 2) >= {EXACT // 2}",
    "bits": "typeof({c}) = 'integer' AND {c} IN (0, 1)",
    "reals": "typeof({c}) = 'real'",
    "blobs": "typeof({c}) = 'blob'",
    "dates": "typeof({c}) = 'text' AND {c} = date({c}, '+0 days') AND {c} >= '0001'",
    "timestamps": "typeof({c}) = 'text' AND {c} = datetime({c}, '+0 days') AND {c} >= '0001'",
    "nuls": "typeof({c}) = 'text' AND instr(CAST({c} AS BLOB), x'00')",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """How many values of a column are of each kind."""

    values: int
    integers: int
    inexact: int
    bits: int
    reals: int
    blobs: int
    dates: int
    timestamps: int
    nuls: int

    @property
    def numbers(self) -> int:
        """Return how many are numbers."""
        return self.integers + self.reals


_FITS: Mapping[str, Callable[[Profile], bool]] = {
    BOOLEAN: lambda found: found.bits == found.values > 0,
    DATE: lambda found: found.dates == found.values > 0,
    TIMESTAMP: lambda found: found.timestamps == found.values > 0,
    BIGINT: lambda found: found.integers == found.values,
    DOUBLE: lambda found: found.numbers == found.values and not found.inexact,
    NUMERIC: lambda found: found.numbers == found.values,
    BYTEA: lambda found: found.blobs == found.values > 0,
    TEXT: lambda _: True,
}
_ANY = (BIGINT, DOUBLE, NUMERIC, BYTEA, TEXT)
_WISHES: tuple[
    tuple[str, tuple[str, ...]], ...
] = (  # the first word found in the declared type decides, as SQLite has it
    ("BOOL", (BOOLEAN, *_ANY)),
    ("DATETIME", (TIMESTAMP, DATE, *_ANY)),
    ("TIMESTAMP", (TIMESTAMP, DATE, *_ANY)),
    ("DATE", (DATE, TIMESTAMP, *_ANY)),
    ("INT", _ANY),
    ("CHAR", (BYTEA, TEXT)),
    ("CLOB", (BYTEA, TEXT)),
    ("TEXT", (BYTEA, TEXT)),
    ("BLOB", (BYTEA, *_ANY)),
    ("REAL", (DOUBLE, NUMERIC, BYTEA, TEXT)),
    ("FLOA", (DOUBLE, NUMERIC, BYTEA, TEXT)),
    ("DOUB", (DOUBLE, NUMERIC, BYTEA, TEXT)),
    ("NUMERIC", (NUMERIC, BYTEA, TEXT)),
    ("DECIMAL", (NUMERIC, BYTEA, TEXT)),
)


def profiles(connection: sqlite3.Connection, table: TableSchema) -> list[Profile]:
    """Look at every value once, some columns at a time."""
    found: list[Profile] = []
    for first in range(0, len(table.columns), MOST_AT_ONCE):
        columns = table.columns[first : first + MOST_AT_ONCE]
        sums = ", ".join(_sums(column) for column in columns)
        row = connection.execute(
            f"SELECT {sums} FROM {quoted(table.name)}"  # noqa: S608 - quoted
        ).fetchone()
        width = len(_MEASURES)
        found += [
            Profile(*map(int, row[at * width : (at + 1) * width])) for at in range(len(columns))
        ]
    return found


def chosen(declared: str, profile: Profile) -> str:
    """Return the first type wished for that every value fits; a text fits all."""
    wishes = _wishes(declared)
    if not profile.values and wishes is _ANY and "INT" not in declared.upper():
        return TEXT
    return next(kind for kind in (*wishes, TEXT) if _FITS[kind](profile))


def converter(kind: str, profile: Profile) -> Callable[[object], object] | None:
    """Return what makes a value of this type out of SQLite's; none where nothing is to be done."""
    if kind != TEXT or (not profile.blobs and not profile.numbers and not profile.nuls):
        return None
    return _text


def widened(declared: str, kind: str) -> bool:
    """Say whether a column became a text because of its values."""
    wishes = _wishes(declared)
    return kind == TEXT and TEXT not in wishes[:2] and bool(declared)


def _wishes(declared: str) -> tuple[str, ...]:
    return next((types for word, types in _WISHES if word in declared.upper()), _ANY)


def _sums(column: ColumnSchema) -> str:
    name = quoted(column.name)
    return ", ".join(f"total({text.format(c=name)})" for text in _MEASURES.values())


def _text(value: object) -> object:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return None if value is None else str(value)

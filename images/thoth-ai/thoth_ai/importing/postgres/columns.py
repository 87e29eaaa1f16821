"""Which type a column gets: the declared family's, unless too many of its values say otherwise."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from thoth_ai.importing.checks import quoted
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.postgres import kinds
from thoth_ai.importing.postgres.kinds import (
    BIGINT,
    BOOLEAN,
    BYTEA,
    DATE,
    DOUBLE,
    NUMERIC,
    TEXT,
    TIMESTAMP,
    Kind,
)

SHARE = 0.01
MOST_AT_ONCE = 60
SAMPLE = 1_000
_ANY = (BIGINT, DOUBLE, NUMERIC)
_FAMILIES: tuple[
    tuple[str, tuple[Kind, ...]], ...
] = (  # the first word found in the declared type decides, as SQLite has it
    ("BOOL", (BOOLEAN, *_ANY)),
    ("DATETIME", (TIMESTAMP, DATE, *_ANY)),
    ("TIMESTAMP", (TIMESTAMP, DATE, *_ANY)),
    ("DATE", (DATE, TIMESTAMP, *_ANY)),
    ("INT", _ANY),
    ("CHAR", (TEXT,)),
    ("CLOB", (TEXT,)),
    ("TEXT", (TEXT,)),
    ("BLOB", (BYTEA, *_ANY)),
    ("REAL", (DOUBLE, NUMERIC)),
    ("FLOA", (DOUBLE, NUMERIC)),
    ("DOUB", (DOUBLE, NUMERIC)),
    ("NUMERIC", (NUMERIC,)),
    ("DECIMAL", (NUMERIC,)),
)
_INTEGERS = "typeof({c}) = 'integer'"
_FITTING: Mapping[str, str] = {
    "values": "{c} IS NOT NULL",
    "integers": _INTEGERS,
    BIGINT.letter: _INTEGERS,
    BOOLEAN.letter: f"{_INTEGERS} AND {{c}} IN (0, 1)",
    DOUBLE.letter: "typeof({c}) = 'real' OR "
    f"({_INTEGERS} AND {{c}} BETWEEN -{kinds.EXACT} AND {kinds.EXACT})",
    NUMERIC.letter: "typeof({c}) IN ('integer', 'real')",
    BYTEA.letter: "typeof({c}) = 'blob'",
    DATE.letter: "typeof({c}) = 'text' AND {c} = date({c}, '+0 days') AND {c} >= '0001'",
    TIMESTAMP.letter: "typeof({c}) = 'text' AND {c} = datetime({c}, '+0 days') AND {c} >= '0001'",
}
Profile = Mapping[str, int]


def declared(connection: sqlite3.Connection, table: TableSchema) -> list[Kind]:
    """Return the types the declarations ask for; where there is none, the first rows decide."""
    found = [_family(column.declared_type) for column in table.columns]
    open_ = [at for at, family in enumerate(found) if family is None]
    seen = profiles(connection, table, open_, rows=SAMPLE) if open_ else {}
    return [
        family[0] if family else _best((*_ANY, BYTEA), seen[at], 0.0)
        for at, family in enumerate(found)
    ]


def observed(
    connection: sqlite3.Connection, table: TableSchema, doubtful: Iterable[int], strict: set[int]
) -> dict[int, Kind]:
    """Return the types that the values of some columns fit; a strict column takes no misfit."""
    found = profiles(connection, table, list(doubtful))
    return {
        at: _best(
            _family(table.columns[at].declared_type) or (*_ANY, BYTEA),
            profile,
            0.0 if at in strict else SHARE * table.rows,
        )
        for at, profile in found.items()
    }


def profiles(
    connection: sqlite3.Connection, table: TableSchema, wanted: Sequence[int], rows: int = -1
) -> dict[int, Profile]:
    """Count what fits which type, of some columns and of all rows or the first ones."""
    found: dict[int, Profile] = {}
    for first in range(0, len(wanted), MOST_AT_ONCE):
        part = wanted[first : first + MOST_AT_ONCE]
        names = [quoted(table.columns[at].name) for at in part]
        sums = ", ".join(
            f"total({text.format(c=f'c{at}')})" for at in part for text in _FITTING.values()
        )
        listed = ", ".join(f"{name} AS c{at}" for name, at in zip(names, part, strict=True))
        source = f"(SELECT {listed} FROM {quoted(table.name)} LIMIT {rows:d})"  # noqa: S608 - quoted
        row = connection.execute(f"SELECT {sums} FROM {source}").fetchone()  # noqa: S608 - of ours
        width = len(_FITTING)
        for number, at in enumerate(part):
            counts = row[number * width : (number + 1) * width]
            found[at] = dict(zip(_FITTING, map(int, counts), strict=True))
    return found


def _best(wishes: Sequence[Kind], profile: Profile, allowed: float) -> Kind:
    """Return the first wish that enough values fit; a text takes all but bytes."""
    values, blobs = profile["values"], profile[BYTEA.letter]
    for kind in (kind for kind in wishes if values and kind is not TEXT):
        if kind is BOOLEAN and profile["integers"] != profile[BOOLEAN.letter]:
            continue
        if values - profile[kind.letter] <= allowed:
            return kind
    return BYTEA if blobs * 2 > values else TEXT


def _family(declared_type: str) -> tuple[Kind, ...] | None:
    """Return what to try; none where the declaration says nothing."""
    spelled = declared_type.upper()
    return next((types for word, types in _FAMILIES if word in spelled), None)

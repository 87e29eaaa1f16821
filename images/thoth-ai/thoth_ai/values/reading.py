"""Reading the different values of a column: as bytes in bulk, never row by row into objects."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from psycopg import sql

from thoth_ai.importing.checks import opened, quoted
from thoth_ai.postgres.schemas import Connection
from thoth_ai.values.building import STOP
from thoth_ai.values.columns import LONGEST, Wanted

ROWS = 65_536
SAMPLE = 2_000
WIDEST = 4
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_MEANT = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


class Values(Protocol):
    """A database whose values can be read."""

    def close(self) -> None:
        """Let go of what was opened for it."""

    def mean_length(self, column: Wanted) -> float:
        """Return how long its texts are, guessed from the first of them."""

    def different(self, column: Wanted, most: int) -> Iterator[tuple[int, bytes]]:
        """Give up to `most` different texts: how many, and these, each ended by `STOP`."""


@dataclass(slots=True)
class SqliteValues:
    """The values of a file, over one connection: each reads the schema anew, however large."""

    path: Path
    _connection: sqlite3.Connection | None = None

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = opened(self.path)
            self._connection.text_factory = bytes
        return self._connection

    def mean_length(self, column: Wanted) -> float:
        name = quoted(column.column)
        rows = f"SELECT {name} AS v FROM {quoted(column.table)} WHERE {name} IS NOT NULL"  # noqa: S608 - quoted
        told = (
            self._opened()
            .execute(f"SELECT avg({_length('v')}) FROM ({rows} LIMIT {SAMPLE})")  # noqa: S608 - quoted
            .fetchone()
        )
        return float(told[0] or 0)

    def different(self, column: Wanted, most: int) -> Iterator[tuple[int, bytes]]:
        name = quoted(column.column)
        text = (
            f"SELECT DISTINCT CAST({name} AS TEXT) FROM {quoted(column.table)}"  # noqa: S608 - quoted
            f" WHERE typeof({name}) IN ('text', 'integer', 'real')"
            f" AND {_length(name)} BETWEEN 1 AND {LONGEST} LIMIT ?"
        )
        cursor = self._opened().execute(text, (most,))
        while rows := cursor.fetchmany(ROWS):
            yield len(rows), _ended([row[0] for row in rows])


@dataclass(frozen=True, slots=True)
class PostgresValues:
    """The values of a schema."""

    connection: Connection
    schema: str

    def close(self) -> None:
        """The connection is somebody else's."""

    def mean_length(self, column: Wanted) -> float:
        text = sql.SQL(
            "SELECT avg(length(v)) FROM (SELECT {0}::text AS v FROM {1} WHERE {0} IS NOT NULL"
            " LIMIT {2}) AS s"
        )
        row = self.connection.execute(self._filled(text, column, SAMPLE)).fetchone()
        return float(row[0] or 0) if row else 0.0

    def different(self, column: Wanted, most: int) -> Iterator[tuple[int, bytes]]:
        text = sql.SQL(
            "COPY (SELECT DISTINCT {0}::text FROM {1} WHERE length({0}::text) BETWEEN 1 AND"
            " {3} LIMIT {2}) TO STDOUT"
        )
        with self.connection.cursor().copy(self._filled(text, column, most)) as copy:
            rows: list[bytes] = []
            for row in copy:
                rows.append(bytes(row))
                if len(rows) == ROWS:
                    yield len(rows), _unescaped(rows)
                    rows = []
            yield len(rows), _unescaped(rows)

    def _filled(self, text: sql.SQL, column: Wanted, most: int) -> sql.Composed:
        table = sql.Identifier(self.schema, column.table)
        return text.format(sql.Identifier(column.column), table, most, LONGEST)


def _length(name: str) -> str:
    """SQLite ends a text at a NUL where it counts characters; one has up to four bytes."""
    return f"max(length({name}), (length(CAST({name} AS BLOB)) + {WIDEST - 1}) / {WIDEST})"


def _ended(texts: list[bytes]) -> bytes:
    joined = STOP.join([*texts, b""])
    if joined.count(STOP) == len(texts):
        return joined
    return STOP.join([*(text.replace(STOP, b" ") for text in texts), b""])


def _unescaped(rows: list[bytes]) -> bytes:
    """PostgreSQL ends each row by a line's end and writes one in a value with a backslash."""
    joined = b"".join(rows).replace(b"\n", STOP)
    if b"\\" not in joined:
        return joined
    return _ESCAPED.sub(lambda found: _MEANT.get(found[1], found[1]), joined)

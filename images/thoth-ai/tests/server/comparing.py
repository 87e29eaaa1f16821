"""Every value of a SQLite file against what PostgreSQL has, its rejects put back."""

import sqlite3
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.services.postgres_server import Server

Row = tuple[Any, ...]
Rejects = Counter[tuple[str, str, bytes]]
"""How often a column's value of a storage class with these bytes was diverted."""
TEXT = 25


@dataclass(frozen=True)
class Difference:
    """Rows of the file that are not there, rows that are not the file's, and wrong rejects."""

    table: str
    missing: int
    strange: int
    rejects: int

    def __str__(self) -> str:
        return (
            f"{self.table}: {self.missing} rows are missing, {self.strange} are not the file's,"
            f" {self.rejects} rejects are not what was diverted"
        )


def differences(path: Path, server: Server, schema: str, names: Mapping[str, str]) -> list[str]:
    """Return what differs between the file's tables and those they became; none if all is well."""
    return list(map(str, compared(path, server, schema, names)))


def compared(
    path: Path, server: Server, schema: str, names: Mapping[str, str]
) -> Iterator[Difference]:
    """Give each table that differs."""
    data = f"{server.superuser} dbname={server.settings.data_database}"
    with closing(sqlite3.connect(path)) as source, psycopg.connect(data) as target:
        source.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        for old, new in names.items():
            found = _Table(source, target, schema, old, new).difference()
            if found.missing or found.strange or found.rejects:
                yield found


@dataclass(frozen=True)
class _Table:
    source: sqlite3.Connection
    target: "psycopg.Connection[Any]"
    schema: str
    old: str
    new: str

    def difference(self) -> Difference:
        """Take the rows that are there from those that should be, the diverted values left out."""
        rejects = self._rejects()
        with self.target.cursor("rows") as cursor:
            cursor.itersize = 20_000
            place = sql.Identifier(self.schema, self.new)
            cursor.execute(sql.SQL("SELECT * FROM {}").format(place), binary=True)
            columns = [(one.name, one.type_code == TEXT) for one in cursor.description or ()]
            texts = [is_text for _, is_text in columns]
            diverted: Rejects = Counter()
            rows = Counter(self._expected([name for name, _ in columns], texts, rejects, diverted))
            strange = 0
            for row in cursor:
                plain = _plain(row, texts)
                if rows[plain]:
                    rows[plain] -= 1
                else:
                    strange += 1
        wrong = (rejects - diverted).total() + (diverted - rejects).total()
        return Difference(self.old, rows.total(), strange, wrong)

    def _expected(
        self, names: list[str], texts: list[bool], rejects: Rejects, diverted: Rejects
    ) -> Iterator[Row]:
        """Give the file's rows without the values that are among the rejects of their column."""
        some = {column for column, _, _ in rejects}
        spoiled = [(at, name) for at, name in enumerate(names) if name in some]
        quoted = '"' + self.old.replace('"', '""') + '"'
        for found in self.source.execute(f"SELECT * FROM {quoted}"):
            row = found
            for at, name in spoiled:
                if (one := (name, *_stored(row[at]))) in rejects:
                    diverted[one] += 1
                    row = (*row[:at], None, *row[at + 1 :])
            yield _plain(row, texts)

    def _rejects(self) -> Rejects:
        place = sql.Identifier(self.schema, "~rejects")
        exists = self.target.execute("SELECT to_regclass(%s)", (place.as_string(self.target),))
        if exists.fetchone() == (None,):
            return Counter()
        text = sql.SQL(
            "SELECT column_name, storage_class, raw, count(*) FROM {} WHERE table_name = %s"
            " GROUP BY 1, 2, 3"
        ).format(place)
        rows = self.target.execute(text, (self.new,))
        return Counter({(column, kind, raw): count for column, kind, raw, count in rows})


def _stored(value: object) -> tuple[str, bytes]:
    """Return a value of SQLite as rejects have it."""
    match value:
        case int():
            return "integer", value.to_bytes(8, "big", signed=True)
        case float():
            return "real", struct.pack(">d", value)
        case str():
            return "text", value.encode("utf-8", "surrogateescape")
        case bytes():
            return "blob", value
    return "null", b""


def _plain(row: Row, texts: list[bool]) -> Row:
    """A value is the same on both sides whatever type carries it."""
    return tuple(map(_same, row, texts))


def _same(value: object, is_text: bool) -> object:  # noqa: FBT001 - mapped over a row
    if value is None or value.__class__ is str:
        return value
    return str(value) if is_text else _number(value)


def _number(value: object) -> object:
    match value:
        case int() | bytes():
            return value
        case float():
            return value or ("-0" if str(value)[0] == "-" else 0)
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime():
            return value.isoformat(" ")
    return str(value)

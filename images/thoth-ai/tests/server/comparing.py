"""Every value of a SQLite file against what PostgreSQL has, its rejects put back."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.services.postgres_server import Server

Row = tuple[Any, ...]


def differences(path: Path, server: Server, schema: str, names: dict[str, str]) -> list[str]:
    """Return what differs between the file's tables and those they became; none if all is well."""
    data = f"{server.superuser} dbname={server.settings.data_database}"
    found = []
    with closing(sqlite3.connect(path)) as source, psycopg.connect(data) as target:
        source.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        diverted = _diverted(target, schema)
        for old, new in names.items():
            quoted = '"' + old.replace('"', '""') + '"'
            before = Counter(map(_plain, source.execute(f"SELECT * FROM {quoted}").fetchall()))
            place = sql.Identifier(schema, new)
            rows = target.execute(sql.SQL("SELECT * FROM {}").format(place)).fetchall()
            after = Counter(map(_plain, rows))
            missing, strange = before - after, after - before
            lost = sum(missing.values()) - sum(strange.values())
            holes = sum(_holes(row) for row in strange.elements()) - sum(
                _holes(row) for row in missing.elements()
            )
            if lost or holes != diverted[new]:
                found.append(f"{old}: {lost} rows lost, {holes} holes, {diverted[new]} diverted")
    return found


def _diverted(target: "psycopg.Connection[Any]", schema: str) -> Counter[str]:
    place = sql.Identifier(schema, "~rejects")
    exists = target.execute("SELECT to_regclass(%s)", (place.as_string(target),)).fetchone()
    if not exists or exists[0] is None:
        return Counter()
    text = sql.SQL("SELECT table_name, count(*) FROM {} GROUP BY 1").format(place)
    return Counter({str(name): int(count) for name, count in target.execute(text).fetchall()})


def _holes(row: Row) -> int:
    return sum(value is None for value in row)


def _plain(row: Row) -> Row:
    """A value's text is the same on both sides whatever type carries it."""
    return tuple(map(_text, row))


def _text(value: object) -> object:
    match value:
        case None | bytes():
            return value
        case bool():
            return str(int(value))
        case Decimal():
            return _text(int(value) if value == value.to_integral_value() else float(value))
        case datetime():
            return value.isoformat(" ")
    return _number_alike(str(value))


def _number_alike(text: str) -> str:
    """A number in a column that became a text is written as Python writes it."""
    return text.removesuffix(".0")

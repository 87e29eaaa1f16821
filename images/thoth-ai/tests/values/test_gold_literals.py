"""Every literal that gold SQL compares a column with is found in that column."""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify

from tests.bench import texts
from thoth_ai.importing import inspection
from thoth_ai.importing.checks import quoted
from thoth_ai.values import building, collecting, columns
from thoth_ai.values.collecting import Sources
from thoth_ai.values.index import Place, ValueIndex
from thoth_ai.values.reading import SqliteValues

FILLING = texts.values(2_000)
OWN_TABLES = [
    {
        "db_id": "schools",
        "table_names_original": ["schools", "order"],
        "column_names_original": [[-1, "*"], [0, "AdmLName1"], [0, "District Name"], [1, "Year"]],
        "column_types": ["text", "text", "text", "integer"],
    }
]
OWN_QUESTIONS = [
    {"db_id": "schools", "SQL": "SELECT 1 FROM schools WHERE AdmLName1 IN ('Ulrich', 'Ricci')"},
    {"db_id": "schools", "SQL": "SELECT 1 FROM schools s WHERE s.`District Name` = 'Zzz, é'"},
    {"db_id": "schools", "SQL": "SELECT 1 FROM `order` WHERE Year = 2013"},
]
Literals = dict[tuple[str, str], set[str]]


def benchmark() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the schemas and questions that are there, else some of the same kind."""
    data = os.environ.get("THOTH_TEST_DATA")
    if not data:
        return OWN_TABLES, OWN_QUESTIONS
    folder = Path(data) / "bird"
    tables = json.loads((folder / "dev_tables.json").read_text())
    return tables, json.loads((folder / "mini_dev_sqlite.json").read_text())


SCHEMAS, QUESTIONS = benchmark()


def columns_of(schema: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {name: {} for name in schema["table_names_original"]}
    pairs = zip(schema["column_names_original"], schema["column_types"], strict=True)
    for (number, name), kind in pairs:
        if number >= 0:
            found[schema["table_names_original"][number]][name] = kind
    return found


def literals(schema: Mapping[str, Any]) -> Literals:
    """Return what gold SQL compares columns with, by table and column as they are spelled."""
    spelled = columns_of(schema)
    found: Literals = {}
    for question in QUESTIONS:
        if question["db_id"] == schema["db_id"]:
            for table, column, value in _compared(question["SQL"], spelled):
                found.setdefault((table, column), set()).add(value)
    return found


def _compared(sql: str, spelled: dict[str, dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    try:
        tree = qualify(
            sqlglot.parse_one(sql, dialect="sqlite"), schema=dict(spelled), dialect="sqlite",
            validate_qualify_columns=False, quote_identifiers=False,
        )  # fmt: skip
    except SqlglotError:
        return
    tables = {one.alias_or_name.lower(): one.name.lower() for one in tree.find_all(exp.Table)}
    names = {table.lower(): table for table in spelled}
    for test in tree.find_all(exp.EQ, exp.In):
        column = test.this
        if not isinstance(column, exp.Column):
            continue
        table = names.get(tables.get(column.table.lower(), ""), "")
        proper = {one.lower(): one for one in spelled.get(table, {})}.get(column.name.lower())
        values = [test.expression] if isinstance(test, exp.EQ) else test.expressions
        for value in values:
            if proper and isinstance(value, exp.Literal) and value.name.strip():
                yield table, proper, value.name


def fill(path: Path, schema: Mapping[str, Any], wanted: Literals) -> None:
    """Make tables of more values than a cap of a thousand would keep, and the literals last."""
    with closing(sqlite3.connect(path)) as connection:
        for table, kinds in columns_of(schema).items():
            names = ", ".join(f"{quoted(name)} {kind}" for name, kind in kinds.items())
            connection.execute(f"CREATE TABLE {quoted(table)} ({names})")
            for column, kind in kinds.items():
                few = kind != "text"
                rows = [str(2000 + n) for n in range(50)] if few else FILLING
                rows = [*rows, *sorted(wanted.get((table, column), ()))]
                insert = f"INSERT INTO {quoted(table)} ({quoted(column)}) VALUES (?)"
                connection.executemany(insert, [(row,) for row in rows])
        connection.commit()


class _Silent:
    def progress(self, *_: object) -> None: ...


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: str(schema["db_id"]))
def test_every_gold_literal_is_in_the_index(schema: dict[str, Any], tmp_path: Path) -> None:
    wanted = literals(schema)
    assert wanted, "there is gold SQL with literals"
    path = tmp_path / "made.sqlite"
    fill(path, schema, wanted)
    tables = inspection.inspect(path, _Silent())
    sources = Sources(SqliteValues(path), lambda _: "p")
    (tmp_path / "parts").mkdir()
    taken = columns.wanted(tables)
    collected = collecting.collect(taken, sources, tmp_path / "parts", lambda _: None)
    building.build(tmp_path / "made.values", collected.filled, {}, 3)
    index = ValueIndex(tmp_path / "made.values")

    missing = [
        (table, column, value)
        for (table, column), values in wanted.items()
        for value in values
        if not any(Place(table, column) in hit.places for hit in index.exact(value.upper()))
    ]

    kinds = columns_of(schema)
    assert [one for one in missing if kinds[one[0]][one[1]] != "real"] == []

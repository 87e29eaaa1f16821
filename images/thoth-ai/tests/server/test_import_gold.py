"""Gold SQL of the public BIRD questions: what is accepted gives the same rows on both sides."""

import json
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.server import imports
from tests.services import application_database
from tests.services.postgres_server import Server
from tests.values.test_gold_literals import QUESTIONS, SCHEMAS, Literals, columns_of, literals
from thoth_ai.importing.checks import quoted
from thoth_ai.workspaces.models import Example, RejectedExample

pytestmark = application_database.needs_postgres
ROWS, KEYS = 120, 40
LEAST_ACCEPTED = 0.8
Answer = Counter[tuple[Any, ...]]


@pytest.fixture
def server(data: Path) -> Server:
    started = application_database.server()
    assert started
    return started


def made(path: Path, schema: Mapping[str, Any]) -> Path:
    """Fill the schema with the literals that are asked for, and keys that meet each other."""
    chance, wanted = random.Random(1), literals(schema)  # noqa: S311 - the same every time
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, kinds in columns_of(schema).items():
            names = [f"{quoted(name)} {kind}" for name, kind in kinds.items()]
            parts = ", ".join([*names, *_keys(schema, table)])
            connection.execute(f"CREATE TABLE {quoted(table)} ({parts})")
            marks = ", ".join("?" * len(kinds))
            rows = [tuple(_row(table, kinds, wanted, chance)) for _ in range(ROWS)]
            # What a key has already is left out.
            connection.executemany(f"INSERT OR IGNORE INTO {quoted(table)} VALUES ({marks})", rows)
    return path


def _keys(schema: Mapping[str, Any], table: str) -> Iterator[str]:
    """Declare the keys of a table as the benchmark lists them, by the numbers of columns."""
    tables = schema["table_names_original"]
    places = [(tables[at] if at >= 0 else "", one) for at, one in schema["column_names_original"]]
    for key in schema.get("primary_keys", ()):
        found = [places[number] for number in (key if isinstance(key, list) else [key])]
        if found[0][0] == table:
            yield f"PRIMARY KEY ({', '.join(quoted(name) for _, name in found)})"
    for own, goal in schema.get("foreign_keys", ()):
        if places[own][0] == table:
            there = f"{quoted(places[goal][0])} ({quoted(places[goal][1])})"
            yield f"FOREIGN KEY ({quoted(places[own][1])}) REFERENCES {there}"


def _row(
    table: str, kinds: Mapping[str, str], wanted: Literals, chance: random.Random
) -> Iterator[object]:
    for name, kind in kinds.items():
        asked = sorted(wanted.get((table, name), ()))
        match kind:
            case "text":
                yield chance.choice([*asked, f"{name} {chance.randrange(KEYS)}"])
            case "date" | "datetime":
                year, month, day = (chance.randrange(10, 20) for _ in "abc")
                yield f"20{year}-{month - 9:02d}-{day}"
            case "real":
                yield chance.randrange(1, 4_000) / 4
            case _:
                yield chance.randrange(1, KEYS)


def answered(rows: Sequence[Sequence[Any]]) -> Answer:
    """Forget the order, and the last digits of what was divided."""
    return Counter(tuple(map(_plain, row)) for row in rows)


def _plain(value: object) -> object:
    try:
        return f"{float(str(value)):.6g}"
    except ValueError:
        return str(value)


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: str(schema["db_id"]))
def test_what_is_accepted_gives_the_same_rows_on_both_sides(
    server: Server, tmp_path: Path, schema: dict[str, Any]
) -> None:
    file = made(tmp_path / f"{schema['db_id']}.sqlite", schema)
    asked = [one for one in QUESTIONS if one["db_id"] == schema["db_id"]]
    asked = [{"question": f"Number {at}?", **one} for at, one in enumerate(asked)]
    (tmp_path / "q.json").write_text(json.dumps(asked))

    outcome = imports.from_file(file, f"--questions-file={tmp_path / 'q.json'}")

    assert outcome.status == 0, outcome.last
    assert (outcome.last["foreign_keys"] > 0) == bool(schema.get("foreign_keys"))
    accepted = dict(Example.objects.filter(origin="bird").values_list("question", "sql"))
    rejected = RejectedExample.objects.values_list("question", flat=True)
    gold = {one["question"]: one["SQL"] for one in asked}
    assert gold.keys() == accepted.keys() | set(rejected)
    assert len(accepted) >= LEAST_ACCEPTED * len(gold), list(rejected)
    data = f"{server.superuser} dbname={server.settings.data_database}"
    with closing(sqlite3.connect(file)) as before, psycopg.connect(data) as after:
        after.execute("SET search_path = zoo")
        for question, sql in accepted.items():
            same = answered(before.execute(gold[question]).fetchall())
            assert answered(after.execute(sql.encode()).fetchall()) == same, (question, sql)

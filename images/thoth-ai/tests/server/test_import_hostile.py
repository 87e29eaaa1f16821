"""Names nobody would choose, files of thousands of tables, texts in UTF-16, a lock that stays."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.server import databases, imports
from tests.services import application_database
from tests.services.application_database import ON_POSTGRES
from thoth_ai.answering import prompt
from thoth_ai.answering.reading import Reader
from thoth_ai.importing import local_file
from thoth_ai.questions import background
from thoth_ai.workspaces import readers
from thoth_ai.workspaces.models import Column, Database, Table, Workspace

ODD = (
    'a"b', "'; DROP TABLE x; --", "a\nb", "a\\b", "%s", "%(x)s", "{}", "$1", ":a", "?", "user",
    "select", "Größe", "🦩", "a.b", "</schema>", "tab\there", " lead", "trail ",
    "~loaded", "x" * 90,
    "ctid", "xmin", "tableoid", "rowid", "oid", "A", "a", "İ", "ß",
)  # fmt: skip
NAMES = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
).filter(lambda name: not name.lower().startswith("sqlite_") and name.strip())
SHAPES = st.lists(
    st.tuples(NAMES, st.lists(NAMES, min_size=1, max_size=5, unique_by=str.lower)),
    min_size=1,
    max_size=5,
    unique_by=lambda table: table[0].lower(),
)
MANY = 2_000 if ON_POSTGRES else 5_000
"""More than one transaction of PostgreSQL has locks for."""


def quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def made(path: Path, shapes: list[tuple[str, list[str]]]) -> Path:
    """Make tables that refer to one another, with indexes, views, and a value that fits nowhere."""
    path.unlink(missing_ok=True)
    goal = f"{quoted(shapes[0][0])} ({quoted(shapes[0][1][0])})"
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, names in shapes:
            first, last = quoted(names[0]), quoted(names[-1])
            columns = ", ".join(f"{quoted(name)} TEXT" for name in names[:-1])
            kind = f", {last} INTEGER" if columns else f"{last} TEXT"
            keys = f"PRIMARY KEY ({first}), FOREIGN KEY ({first}) REFERENCES {goal}"
            own = quoted(table)
            connection.execute(f"CREATE TABLE {own} ({columns}{kind}, {keys})")
            for text in (
                f"INDEX {quoted('index of ' + table)} ON {own} ({last} DESC)",
                f"INDEX {quoted('lower ' + table)} ON {own} (lower({first})) WHERE {last} IS NULL",
                f"VIEW {quoted('view of ' + table)} AS SELECT {first} FROM {own}",
            ):
                connection.execute(f"CREATE {text}")
            marks = ", ".join("?" * len(names))
            rows = [[f"{name} {row}" for name in names] for row in range(3)]
            connection.executemany(f"INSERT INTO {own} VALUES ({marks})", rows)
    return path


@settings(
    max_examples=15,
    phases=(Phase.explicit, Phase.generate),  # a smaller example takes minutes to find
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(shapes=SHAPES)
def test_any_name_goes_the_whole_way(
    data: Path, tmp_path: Path, shapes: list[tuple[str, list[str]]]
) -> None:
    path = made(tmp_path / "odd.sqlite", shapes)

    outcome = imports.from_file(path, "--replace", "--types", "declared")

    assert outcome.status == 0, outcome.last
    assert outcome.last["rows_out"] == 3 * len(shapes)
    lost = [one for one in outcome.last["warnings"] if "was not kept" in one]
    assert all("ontrol characters" in one or "no such name" in one for one in lost), lost
    assert Column.objects.count() == sum(len(names) for _, names in shapes)
    database = Database.objects.get()
    reader = readers.reader_of(database)
    for table in Table.objects.all():
        columns = [column.name for column in table.columns.all()]
        listed = ", ".join(map(quoted, columns))
        found = reader.run(f"SELECT {listed} FROM {quoted(table.name)}", readers.limits())
        assert len(found.rows) == 3
    told = prompt.compose("?", background.schema_of(database), prompt.Background(), {}, 100_000)
    assert told.messages[0].text.count("</schema>") == 1
    kept = [value for table in Table.objects.all() for value in values(reader, table)]
    kept += diverted(reader) if outcome.last["diverted"] else []
    assert sorted(kept) == sorted(
        f"{name} {row}" for _, names in shapes for name in names for row in range(3)
    )


def values(reader: Reader, table: Table) -> list[str]:
    listed = ", ".join(quoted(column.name) for column in table.columns.all())
    found = reader.run(f"SELECT {listed} FROM {quoted(table.name)}", readers.limits())
    return [str(value) for row in found.rows for value in row if value is not None]


def diverted(reader: Reader) -> list[str]:
    found = reader.run("SELECT encode(raw, 'hex') FROM \"~rejects\"", readers.limits())
    return [bytes.fromhex(str(raw)).decode() for (raw,) in found.rows]


@application_database.needs_postgres
def test_an_index_of_what_no_question_could_say_is_told_and_left_out(
    data: Path, tmp_path: Path
) -> None:
    script = """
        CREATE TABLE t (a TEXT, b INTEGER);
        CREATE INDEX odd ON t (zeroblob(b));
        CREATE INDEX part ON t (upper(a)) WHERE b > 1;
    """
    outcome = imports.from_file(databases.make(tmp_path / "i.sqlite", script))

    assert outcome.status == 0, outcome.last
    told = [one for one in outcome.last["warnings"] if "index" in one]
    assert len(told) == 1, told
    assert told[0].startswith("t: the index odd was not kept: The function")


def test_thousands_of_tables_are_imported(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        for number in range(MANY):
            connection.execute(f"CREATE TABLE t{number} (id INTEGER PRIMARY KEY, x TEXT)")
            connection.execute(f"INSERT INTO t{number} VALUES (1, 'a')")

    outcome = imports.from_file(path)

    assert outcome.status == 0, outcome.last
    assert outcome.last["rows_out"] == MANY
    assert Table.objects.count() == MANY


@pytest.mark.parametrize("encoding", ["UTF-16le", "UTF-16be"])
def test_texts_in_utf_16_arrive_as_they_are(data: Path, tmp_path: Path, encoding: str) -> None:
    texts = ["plain", "größe", "東京", "🦩 x", ""]
    path = tmp_path / "wide.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA encoding = '{encoding}'")
        connection.execute('CREATE TABLE "größen" (id INTEGER PRIMARY KEY, "täxt" TEXT)')
        connection.executemany(
            'INSERT INTO "größen" ("täxt") VALUES (?)', ((one,) for one in texts)
        )

    outcome = imports.from_file(path)

    assert outcome.status == 0, outcome.last
    reader = readers.reader_of(Database.objects.get())
    found = reader.run('SELECT "täxt" FROM "größen" ORDER BY id', readers.limits())
    assert [row[0] for row in found.rows] == texts
    assert Column.objects.get(name="täxt").profile["distinct"] == len(texts)


def test_a_file_that_stays_locked_is_refused_and_leaves_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert local_file.LOCK_WAIT == 10
    monkeypatch.setattr(local_file, "LOCK_WAIT", 0.3)
    path = databases.small(tmp_path / "zoo.sqlite")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        outcome = imports.from_file(path)

    assert (outcome.status, outcome.last["event"]) == (7, "error")
    assert "locked" in outcome.last["message"]
    assert not Workspace.objects.exists()
    assert imports.left(data) == []


@pytest.mark.skipif(ON_POSTGRES, reason="a table of PostgreSQL takes 1,600 columns")
def test_a_file_takes_as_many_columns_as_sqlite_does(data: Path, tmp_path: Path) -> None:
    columns = ", ".join(f"c{number}" for number in range(1_700))
    values = ", ".join(map(str, range(1_700)))
    script = f"CREATE TABLE wide ({columns}); INSERT INTO wide VALUES ({values})"

    outcome = imports.from_file(databases.make(tmp_path / "wide.sqlite", script))

    assert outcome.status == 0, outcome.last
    assert Column.objects.count() == 1_700
    reader = readers.reader_of(Database.objects.get())
    assert list(reader.run("SELECT c0, c1699 FROM wide").rows[0]) == [0, 1_699]

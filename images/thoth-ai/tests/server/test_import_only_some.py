"""What is not wanted of a database is not there afterwards, neither as a table nor as bytes."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.server import databases, imports
from tests.services import application_database
from thoth_ai.answering.sqlite_reader import SqliteReader
from thoth_ai.workspaces import storage
from thoth_ai.workspaces.models import Database, Table

pytestmark = application_database.needs_file
UNWANTED = "nobody shall read this"
SCRIPT = f"""
    CREATE TABLE open (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE "clo""sed" (id INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT);
    CREATE INDEX by_word ON "clo""sed" (word);
    CREATE VIRTUAL TABLE searched USING fts5(words);
    INSERT INTO open VALUES (1, 'a'), (2, 'b');
    INSERT INTO "clo""sed" (word) VALUES ('{UNWANTED}');
    INSERT INTO searched VALUES ('{UNWANTED} either');
    CREATE VIEW peeping AS SELECT word FROM "clo""sed";
    CREATE VIEW of_peeping AS SELECT count(*) AS c FROM peeping;
    CREATE VIEW fine AS SELECT name FROM open;
    CREATE VIEW broken AS SELECT * FROM nowhere;
    CREATE TRIGGER told AFTER INSERT ON open BEGIN INSERT INTO "clo""sed" (word) VALUES ('x'); END;
"""


@pytest.fixture
def path(data: Path, tmp_path: Path) -> Path:
    return databases.make(tmp_path / "some.sqlite", SCRIPT)


def file() -> Path:
    return storage.path_of(Database.objects.get())


def reads(sql: str) -> list[list[object]]:
    return [list(row) for row in SqliteReader(file()).run(sql).rows]


def by_itself(sql: str) -> list[tuple[object, ...]]:
    """What SQLite says, also where the reader would refuse the question."""
    with closing(sqlite3.connect(file())) as connection:
        return connection.execute(sql).fetchall()


def test_what_is_not_wanted_is_not_in_the_file(path: Path) -> None:
    outcome = imports.from_file(path, "--only=open")

    assert outcome.status == 0, outcome.last
    assert set(Table.objects.values_list("name", flat=True)) == {"open"}
    assert UNWANTED.encode() not in file().read_bytes()
    assert UNWANTED.encode() in path.read_bytes()
    assert reads("SELECT name FROM fine") == [["a"], ["b"]]
    told = outcome.last["warnings"]
    for view in ("peeping", "of_peeping"):
        assert f"the view {view} was left out with the tables it reads" in told


def test_what_is_excluded_goes_with_virtual_tables_that_may_have_its_words(path: Path) -> None:
    outcome = imports.from_file(path, '--exclude=clo"sed')

    assert outcome.status == 0, outcome.last
    assert UNWANTED.encode() not in file().read_bytes()
    assert said_of("searched") in outcome.last["warnings"]


def said_of(table: str) -> str:
    return f"the virtual table {table} was left out: it may have rows of tables that are not wanted"


NOTES = """
    CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);
    CREATE TABLE Notes (body TEXT); INSERT INTO Notes VALUES ('pssst');
"""
HOLDERS = {
    "filled by triggers": "CREATE VIRTUAL TABLE holder USING fts5 (body);"
    "INSERT INTO holder SELECT body FROM Notes;",
    "in another case": "CREATE VIRTUAL TABLE holder USING fts5 (body, content='NOTES');"
    "INSERT INTO holder (holder) VALUES ('rebuild');",
    "in double quotes": 'CREATE VIRTUAL TABLE holder USING fts5 (body, content="notes");'
    "INSERT INTO holder (holder) VALUES ('rebuild');",
    "of FTS4": "CREATE VIRTUAL TABLE holder USING fts4 (body, content=NOTES);"
    "INSERT INTO holder (holder) VALUES ('rebuild');",
    "without content": "CREATE VIRTUAL TABLE holder USING fts5 (body, content='');"
    "INSERT INTO holder (rowid, body) SELECT rowid, body FROM Notes;",
    "over a view": "CREATE VIEW peeping AS SELECT rowid, x AS body FROM a;"
    "CREATE VIRTUAL TABLE holder USING fts5 (body, content='peeping');"
    "INSERT INTO holder (rowid, body) SELECT rowid, body FROM Notes;",
    "a column of the same name": "CREATE VIRTUAL TABLE holder USING rtree (holder, lo, hi, +body);"
    "INSERT INTO holder SELECT rowid, 0, 1, body FROM Notes;",
}


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)
@pytest.mark.parametrize("wish", ["--exclude=Notes", "--only=a"])
def test_a_virtual_table_goes_with_the_table_whose_words_it_has(
    data: Path, tmp_path: Path, holder: str, wish: str
) -> None:
    path = databases.make(tmp_path / "indexed.sqlite", NOTES + holder)
    assert b"pssst" in path.read_bytes()

    outcome = imports.from_file(path, wish)

    assert outcome.status == 0, outcome.last
    assert b"pssst" not in file().read_bytes()
    assert by_itself("SELECT name FROM sqlite_schema WHERE name LIKE 'holder%'") == []
    assert said_of("holder") in outcome.last["warnings"]


@pytest.mark.parametrize(
    "kind", ["fts5 (body, content='KEPT')", 'fts4 (content="kept", body)'], ids=["FTS5", "FTS4"]
)
@pytest.mark.parametrize("wish", ["--exclude=Notes", "--only=Kept"])
def test_an_index_of_a_kept_table_stays_with_its_words_alone(
    data: Path, tmp_path: Path, kind: str, wish: str
) -> None:
    path = databases.make(
        tmp_path / "indexed.sqlite",
        f"{NOTES} CREATE TABLE Kept (body TEXT); INSERT INTO Kept VALUES ('hello');"
        f"CREATE VIRTUAL TABLE words USING {kind};"
        "INSERT INTO words (words) VALUES ('rebuild');"
        "INSERT INTO words (rowid, body) SELECT rowid + 9, body FROM Notes;",
    )

    outcome = imports.from_file(path, wish)

    assert outcome.status == 0, outcome.last
    assert b"pssst" not in file().read_bytes()
    assert said_of("words") not in outcome.last["warnings"]
    assert by_itself("SELECT body FROM words WHERE words MATCH 'hello'") == [("hello",)]


def test_without_a_wish_the_file_stays_as_it_is(path: Path) -> None:
    assert imports.from_file(path).status == 0

    assert Database.objects.get().bytes == path.stat().st_size
    assert reads('SELECT word FROM "clo""sed"') == [[UNWANTED]]

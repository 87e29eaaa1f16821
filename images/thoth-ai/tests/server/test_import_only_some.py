"""What is not wanted of a database is not there afterwards, neither as a table nor as bytes."""

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


def test_what_is_excluded_goes_and_virtual_tables_stay(path: Path) -> None:
    outcome = imports.from_file(path, '--exclude=clo"sed')

    assert outcome.status == 0, outcome.last
    content = file().read_bytes()
    assert content.count(UNWANTED.encode()) == content.count(f"{UNWANTED} either".encode()) > 0


def test_a_full_text_index_goes_with_the_table_whose_words_it_has(
    data: Path, tmp_path: Path
) -> None:
    path = databases.make(
        tmp_path / "indexed.sqlite",
        "CREATE TABLE open (x INTEGER); INSERT INTO open VALUES (1);"
        "CREATE TABLE notes (body TEXT); INSERT INTO notes VALUES ('pssst');"
        "CREATE VIRTUAL TABLE words USING fts5 (body, content='notes');"
        "INSERT INTO words (words) VALUES ('rebuild');",
    )

    outcome = imports.from_file(path, "--exclude=notes")

    assert outcome.status == 0, outcome.last
    assert b"pssst" in path.read_bytes()
    assert b"pssst" not in file().read_bytes()


def test_without_a_wish_the_file_stays_as_it_is(path: Path) -> None:
    assert imports.from_file(path).status == 0

    assert Database.objects.get().bytes == path.stat().st_size
    assert reads('SELECT word FROM "clo""sed"') == [[UNWANTED]]

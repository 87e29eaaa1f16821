"""What is told of a database that stays a file; run by the session without PostgreSQL."""

from pathlib import Path

from tests.server import databases, imports
from tests.services import application_database
from thoth_ai.workspaces.models import Database

pytestmark = application_database.needs_file
WITH_VIEWS = """
    CREATE TABLE t (a TEXT);
    INSERT INTO t VALUES ('x');
    CREATE VIEW seen AS SELECT a FROM t;
    CREATE TRIGGER noisy AFTER INSERT ON t BEGIN DELETE FROM t WHERE a = 'y'; END;
    CREATE VIRTUAL TABLE searched USING fts5(words);
"""


def test_what_is_no_table_is_told(data: Path, tmp_path: Path) -> None:
    path = databases.make(tmp_path / "v.sqlite", WITH_VIEWS)

    outcome = imports.from_file(path)

    assert outcome.status == 0, outcome.last
    assert outcome.last["warnings"] == [
        "views can be queried, and are not described: seen",
        "the trigger noisy stays in the file; answers do not come from it",
        "the virtual table searched stays in the file; answers do not come from it",
    ]


def test_wishes_that_mean_nothing_here_are_told(data: Path, tmp_path: Path) -> None:
    path = databases.small(tmp_path / "zoo.sqlite")
    wishes = ("--types=declared", "--max-rejects=1", "--names=snake", "--schema=barn")

    told = imports.from_file(path, *wishes).last["warnings"]

    assert [one.split(",")[0] for one in told] == [
        "the names stay as they are",
        "the types stay as they are",
        "no value is diverted",
        "there is no schema",
    ]


def test_the_report_says_which_models_its_words_and_vectors_are_of(
    data: Path, tmp_path: Path
) -> None:
    imports.from_file(databases.small(tmp_path / "zoo.sqlite"))

    models = Database.objects.get().report["models"]

    assert models["chat"] == ""
    assert models["embedding"]

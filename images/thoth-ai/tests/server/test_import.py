import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connections

from tests.server import databases, imports
from tests.services import application_database
from thoth_ai.questions.answers import Answer
from thoth_ai.questions.ask import Asker
from thoth_ai.questions.asked import Asked
from thoth_ai.workspaces.models import Database, Example, Table, VectorPoint, Workspace


def ask(question: str, workspace: str | None = None) -> Answer:
    reply = Asker().ask(Asked(question, workspace))
    assert isinstance(reply, Answer), reply
    return reply


def test_a_file_becomes_a_workspace_that_can_be_asked(data: Path, tmp_path: Path) -> None:
    outcome = imports.from_file(databases.small(tmp_path / "zoo.sqlite"))

    assert outcome.status == 0, outcome.last
    assert outcome.last["rows"] == 3
    counts = {"rows": 3, "rows_in": 3, "rows_out": 3, "diverted": 0}
    assert outcome.last["tables"] == [{"name": "animals", "columns": 2, **counts}]
    assert outcome.last["verified"] == "3 rows in, 3 rows out, 0 values diverted"
    assert ask("How many animals are there?").rows == ((3,),)
    assert VectorPoint.objects.count() == outcome.last["documents"]


def test_progress_goes_through_every_phase_in_order(data: Path, tmp_path: Path) -> None:
    outcome = imports.from_file(databases.small(tmp_path / "zoo.sqlite"))

    phases = dict.fromkeys(event["phase"] for event in outcome.events[:-1])
    load = "load" if application_database.ON_POSTGRES else "profile"
    before = ["receive", "check", "inspect", load, "joins"]
    assert list(phases) == [*before, "index", "values", "register"]


def test_a_database_in_wal_mode_and_in_use_is_normal(data: Path, tmp_path: Path) -> None:
    path = databases.small(tmp_path / "zoo.sqlite")
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("INSERT INTO animals VALUES (50, 'in the log')")
        writer.commit()
        outcome = imports.from_file(path)

    assert outcome.status == 0, outcome.last
    assert outcome.last["rows"] == 4
    assert ask("How many animals are there?").rows == ((4,),)


def test_a_bundled_database_with_a_wal_header_can_be_asked(data: Path, tmp_path: Path) -> None:
    path = databases.small(tmp_path / "zoo.sqlite")
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")

    assert imports.from_bundle(databases.bundle(path.read_bytes())).status == 0
    assert ask("How many animals are there?").rows == ((3,),)
    assert not [name for name in imports.left(data) if name.endswith(("-wal", "-shm"))]


@pytest.mark.parametrize("name", ["with space.db", "-dash.db", "ünï çødé 🦩.sqlite", "a?b#c%20.db"])
def test_any_file_name_works(
    data: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases.small(tmp_path / name)
    monkeypatch.chdir(tmp_path)

    assert imports.from_file(Path(name)).status == 0


def test_hostile_names_are_names(data: Path, tmp_path: Path) -> None:
    name = databases.HOSTILE.replace('"', '""')
    script = (
        f'CREATE TABLE "{name}" ("a ""b" TEXT, [c\'d] INT, "" TEXT);'
        f'INSERT INTO "{name}" VALUES (1, 2, 3);'
        'CREATE TABLE "Straße 東京" ("größe" REAL) STRICT;'
        'CREATE TABLE "order" ("group" TEXT);'
        "CREATE TABLE keyed (a TEXT PRIMARY KEY, b AS (a || a)) WITHOUT ROWID;"
        'CREATE VIEW "v" AS SELECT 1;'
    )
    path = databases.make(tmp_path / "zoo.sqlite", script)

    outcome = imports.from_file(path)

    assert outcome.status == 0, outcome.last
    assert set(Table.objects.values_list("name", flat=True)) == {
        databases.HOSTILE,
        "Straße 東京",
        "order",
        "keyed",
    }
    assert ask("How many rows are in order?").rows == ((0,),)
    generated = Table.objects.get(name="keyed").columns.get(name="b")
    assert generated.generated


def test_foreign_keys_and_keys_are_recorded(data: Path, tmp_path: Path) -> None:
    path = databases.make(
        tmp_path / "zoo.sqlite",
        "CREATE TABLE a (x INT, y INT, PRIMARY KEY (y, x));"
        "CREATE TABLE b (p INT, q INT, r INT REFERENCES a,"
        " FOREIGN KEY (p, q) REFERENCES a (x, y));",
    )

    outcome = imports.from_file(path)

    assert outcome.last["foreign_keys"] == 2
    columns = Table.objects.get(name="a").columns
    assert columns.get(name="y").primary_key_position == 1


def test_questions_prove_themselves(data: Path, tmp_path: Path) -> None:
    questions = tmp_path / "questions.json"
    good = {
        "question": "What is the name of animal number one?",
        "SQL": "SELECT name FROM animals WHERE id = 1",
        "evidence": "number refers to id",
        "difficulty": "moderate",
        "db_id": "ZOO",
    }
    entries = [
        good,
        {"question": "Broken?", "SQL": "SELECT nothing FROM animals"},
        {"question": "Hostile?", "SQL": "DELETE FROM animals"},
        {"question": "Another database?", "SQL": "SELECT 1", "db_id": "farm"},
    ]
    questions.write_text(json.dumps(entries))

    path = databases.small(tmp_path / "zoo.sqlite")
    outcome = imports.from_file(path, f"--questions-file={questions}", name="mine")

    assert outcome.status == 0
    assert [entry["question"] for entry in outcome.last["rejected_examples"]] == [
        "Broken?",
        "Hostile?",
    ]
    reply = ask("What is the name of animal number one?")
    assert reply.rows == (("name 1",),)
    assert reply.evidence == ("number refers to id",)
    assert not Example.objects.filter(question="Another database?").exists()


@pytest.mark.parametrize("content", [b"{}", b"[1]", b"not json", b'[{"question": "?"}]'])
def test_a_bad_question_file_is_refused_whole(data: Path, tmp_path: Path, content: bytes) -> None:
    questions = tmp_path / "questions.json"
    questions.write_bytes(content)

    path = databases.small(tmp_path / "zoo.sqlite")
    outcome = imports.from_file(path, f"--questions-file={questions}")

    assert (outcome.status, outcome.last["code"]) == (7, "invalid_questions")
    assert imports.left(data) == []


def test_a_name_in_use_is_refused_with_the_way_out(data: Path, tmp_path: Path) -> None:
    path = databases.small(tmp_path / "zoo.sqlite")
    imports.from_file(path)

    outcome = imports.from_file(path)

    assert (outcome.status, outcome.last["code"]) == (7, "name_in_use")
    assert "--replace" in outcome.last["hint"]
    assert Workspace.objects.count() == 1


def test_replacing_swaps_the_file_and_keeps_what_people_taught(data: Path, tmp_path: Path) -> None:
    path = databases.small(tmp_path / "zoo.sqlite")
    imports.from_file(path)
    database = Database.objects.get()
    for question, sql in (("Which is last?", "SELECT max(id) FROM animals"), ("No?", "SELECT z")):
        Example.objects.create(
            workspace=database.workspace, database=database, question=question, sql=sql
        )
    asker = Asker()
    before = asker.ask(Asked("Which is last?"))

    outcome = imports.from_file(databases.small(tmp_path / "new.sqlite", rows=9), "--replace")

    after = asker.ask(Asked("Which is last?"))
    assert isinstance(before, Answer)
    assert isinstance(after, Answer)
    assert (before.rows, after.rows) == (((2,),), ((8,),))
    assert outcome.last["replaced"] is True
    assert [entry["question"] for entry in outcome.last["rejected_examples"]] == ["No?"]
    assert len(imports.left(data)) == 1


def test_replacing_what_is_not_there_creates_it(data: Path, tmp_path: Path) -> None:
    outcome = imports.from_file(databases.small(tmp_path / "zoo.sqlite"), "--replace")

    assert (outcome.status, outcome.last["replaced"]) == (0, False)


@pytest.mark.parametrize("name", ["", "Zoo", "a/b", "../x", "a" * 64, "zoo\n", "ä"])
def test_names_of_workspaces_are_plain(data: Path, tmp_path: Path, name: str) -> None:
    outcome = imports.from_file(databases.small(tmp_path / "zoo.sqlite"), name=name)

    assert (outcome.status, outcome.last["code"]) == (7, "invalid_name")


def test_an_example_added_by_hand_answers_at_once(data: Path, tmp_path: Path) -> None:
    imports.from_file(databases.small(tmp_path / "zoo.sqlite"))
    database = Database.objects.get()
    asker = Asker()
    assert not asker.ask(Asked("Who is the oldest inhabitant?")).answered

    Example.objects.create(
        workspace=database.workspace,
        database=database,
        question="Who is the oldest inhabitant?",
        sql="SELECT name FROM animals ORDER BY id LIMIT 1",
    )

    assert asker.ask(Asked("Who is the oldest inhabitant?")).answered


def test_asking_never_fails_while_the_database_is_replaced(data: Path, tmp_path: Path) -> None:
    path = databases.small(tmp_path / "zoo.sqlite")
    imports.from_file(path)
    replies: list[bool] = []
    over = threading.Event()

    def keep_asking() -> None:
        asker = Asker()
        while not over.is_set():
            replies.append(asker.ask(Asked("How many animals are there?", "zoo")).answered)
        connections.close_all()

    thread = threading.Thread(target=keep_asking)
    thread.start()
    try:
        outcomes = [imports.from_file(path, "--replace").status for _ in range(15)]
    finally:
        over.set()
        thread.join()

    assert outcomes == [0] * 15
    assert len(replies) > 15
    assert all(replies)

"""Workspaces on the command line, against a server in memory."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli.conftest import SCHEMA
from fakes_workspaces import InstalledWorld, zoo

from thothctl.cli.main import main
from thothctl.errors import InvalidInputError

Ask = Callable[..., tuple[int, dict[str, Any]]]
Say = Callable[..., tuple[int, str]]
WORDS = {"sql": "SELECT 1", "evidence": ""}


@pytest.fixture
def world() -> InstalledWorld:
    return InstalledWorld()


@pytest.fixture
def ask(world: InstalledWorld, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Exit code and the JSON document of a command, checked against the schema."""

    def invoke(*argv: str) -> tuple[int, dict[str, Any]]:
        code = main([*argv, "--output", "json"], connect=lambda _: world.as_world())
        (line,) = capsys.readouterr().out.splitlines()
        document = json.loads(line)
        jsonschema.validate(document, SCHEMA)
        return code, document

    return invoke


@pytest.fixture
def say(world: InstalledWorld, capsys: pytest.CaptureFixture[str]) -> Say:
    """Exit code and the text a person sees."""

    def invoke(*argv: str) -> tuple[int, str]:
        code = main(list(argv), connect=lambda _: world.as_world())
        return code, capsys.readouterr().out

    return invoke


def test_workspaces_are_listed(ask: Ask, say: Say) -> None:
    assert ask("workspace", "list")[1]["data"]["workspaces"][0]["name"] == "zoo"
    assert "zoo        The zoo" in say("workspace", "list")[1]


def test_an_empty_list_says_what_to_do(say: Say, world: InstalledWorld) -> None:
    world.workspaces.shown.clear()

    assert "import-bird" in say("workspace", "list")[1]


@pytest.mark.parametrize("columns", ["80", "120"])
@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("show", "zoo"),
        ("show", "zoo", "--table", "animals"),
        ("examples", "list", "zoo"),
    ],
)
def test_tables_fit_the_terminal(
    say: Say,
    world: InstalledWorld,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    columns: str,
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    world.workspaces.stored = [{"id": 7, "question": "Which? " * 40, "origin": "user", **WORDS}]

    lines = say("workspace", *words)[1].splitlines()

    assert max(map(len, lines)) <= int(columns) or "thothctl workspace show" in lines[-1]
    assert len(lines) < 18, "one line an entry"


def test_a_workspace_shows_its_tables(ask: Ask, say: Say) -> None:
    assert ask("workspace", "show", "zoo")[1]["data"] == zoo()
    text = say("workspace", "show", "zoo")[1]
    assert "2 tables, 12,348 rows, 1.9 MiB, 2 examples, 1 piece of evidence" in text
    assert "animals  12,345        3          3  Every animal" in text


def test_a_table_shows_its_columns(ask: Ask, say: Say) -> None:
    data = ask("workspace", "show", "zoo", "--table", "animals")[1]["data"]
    assert [one["name"] for one in data["table"]["columns"]] == ["id", "name", "house"]
    text = say("workspace", "show", "zoo", "--table", "animals")[1]
    assert "id      integer  key     the number" in text
    assert "as its keepers call it [not] markup" in text


@pytest.mark.parametrize(
    "words",
    [
        ("show", "farm"),
        ("show", "zoo", "--table", "plants"),
        ("delete", "farm", "--yes"),
        ("export", "farm"),
        ("examples", "list", "farm"),
    ],
)
def test_an_unknown_name_is_exit_2_with_those_there_are(ask: Ask, words: tuple[str, ...]) -> None:
    code, document = ask("workspace", *words)

    assert code == 2
    assert "zoo" in document["errors"][0]["hint"] or "animals" in document["errors"][0]["hint"]


def test_nothing_is_removed_without_a_yes(ask: Ask, world: InstalledWorld) -> None:
    code, document = ask("workspace", "delete", "zoo")

    assert code == 2
    assert "--yes" in document["errors"][0]["hint"]
    assert "zoo" in world.workspaces.shown


def test_a_dry_run_says_what_would_go(say: Say, world: InstalledWorld) -> None:
    code, text = say("workspace", "delete", "zoo", "--dry-run")

    assert code == 0
    assert "Would remove zoo: 2 tables, 12,348 rows" in text
    assert "zoo" in world.workspaces.shown


def test_a_yes_removes_it_under_the_lock(ask: Ask, world: InstalledWorld) -> None:
    code, document = ask("workspace", "delete", "zoo", "--yes")

    assert (code, document["data"]["removed"]) == (0, True)
    assert world.workspaces.shown == {}
    assert world.calls == ["workspace delete"]


def test_an_export_is_a_file_that_is_never_overwritten_unasked(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert ask("workspace", "export", "zoo")[1]["data"] == {
        "workspace": "zoo",
        "file": "zoo.json",
        "descriptions": 1,
        "examples": 0,
        "evidence": 1,
    }
    written = (tmp_path / "zoo.json").read_text(encoding="utf-8")
    assert "größe" in written
    assert written.endswith("}\n")

    (tmp_path / "zoo.json").write_text("mine")
    code, document = ask("workspace", "export", "zoo")
    assert (code, document["errors"][0]["code"]) == (7, "invalid_input")
    assert "--force" in document["errors"][0]["hint"]
    assert (tmp_path / "zoo.json").read_text() == "mine"

    assert ask("workspace", "export", "zoo", "--force")[0] == 0
    assert json.loads((tmp_path / "zoo.json").read_text())["format"] == "thoth-workspace/1"


def test_an_export_can_go_to_standard_output(ask: Ask, say: Say) -> None:
    assert ask("workspace", "export", "zoo", "-")[1]["data"]["document"]["evidence"] == ["e"]
    assert json.loads(say("workspace", "export", "zoo", "-")[1])["evidence"] == ["e"]


def test_a_dry_run_of_an_export_writes_nothing(ask: Ask, tmp_path: Path) -> None:
    assert ask("workspace", "export", "zoo", str(tmp_path / "z.json"), "--dry-run")[0] == 0
    assert not (tmp_path / "z.json").exists()


def test_an_import_shows_what_came_and_what_did_not_fit(
    say: Say, world: InstalledWorld, tmp_path: Path
) -> None:
    file = tmp_path / "zoo.json"
    file.write_bytes(b'{"format": 1}')

    code, text = say("workspace", "import", "zoo", str(file))

    assert code == 0
    assert "3 descriptions, 1 examples, 2 evidence added to zoo" in text
    assert "table x: It is not there." in text
    assert world.workspaces.taken == [b'{"format": 1}']


def test_an_import_reads_standard_input(
    ask: Ask, world: InstalledWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{}")))

    assert ask("workspace", "import", "zoo", "-")[0] == 0
    assert world.workspaces.taken == [b"{}"]


def test_a_refused_document_is_exit_7(ask: Ask, world: InstalledWorld, tmp_path: Path) -> None:
    file = tmp_path / "zoo.json"
    file.write_bytes(b"{}")
    world.workspaces.refusal = InvalidInputError("unknown field", hint="correct it")

    code, document = ask("workspace", "import", "zoo", str(file))

    assert (code, document["errors"][0]["message"]) == (7, "unknown field")


def test_a_missing_document_is_exit_7(ask: Ask, tmp_path: Path) -> None:
    assert ask("workspace", "import", "zoo", str(tmp_path / "none.json"))[0] == 7


def test_examples_are_added_listed_page_by_page_and_forgotten(
    ask: Ask, say: Say, world: InstalledWorld, tmp_path: Path
) -> None:
    file = tmp_path / "last.sql"
    file.write_text("SELECT max(id) FROM animals")
    words = ("workspace", "examples", "add", "zoo", "--question")
    assert ask(*words, "Which is first?", "--sql", "SELECT min(id) FROM animals")[0] == 0
    added = ask(*words, "Which is last?", "--sql-file", str(file), "--evidence", "last is max")[1]
    assert added["data"]["sql"] == "SELECT max(id) FROM animals"

    page = say("workspace", "examples", "list", "zoo", "--limit", "1")[1]
    assert "Which is last?" in page
    assert "2 in all; go on with --before 2" in page
    older = ask("workspace", "examples", "list", "zoo", "--before", "2")[1]["data"]["examples"]
    assert [one["question"] for one in older] == ["Which is first?"]

    assert ask("workspace", "examples", "delete", "zoo", "1")[0] == 2
    assert ask("workspace", "examples", "delete", "zoo", "1", "--yes")[0] == 0
    assert [one["id"] for one in world.workspaces.stored] == [2]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--question", "Which?"),
        ("--sql", "SELECT 1"),
        ("--question", "Which?", "--sql", "SELECT 1", "--sql-file", "x.sql"),
    ],
)
def test_an_example_needs_a_question_and_one_sql(ask: Ask, words: tuple[str, ...]) -> None:
    assert ask("workspace", "examples", "add", "zoo", *words)[0] == 2


def test_a_refused_example_is_exit_7(ask: Ask, world: InstalledWorld) -> None:
    world.workspaces.refusal = InvalidInputError("Only one SELECT is allowed", hint="correct it")
    words = ("--question", "Which?", "--sql", "DROP TABLE animals")

    assert ask("workspace", "examples", "add", "zoo", *words)[0] == 7
    assert ask("workspace", "examples", "add", "zoo", *words, "--dry-run")[0] == 0


def test_a_workspace_shows_what_was_found_out(say: Say) -> None:
    text = say("workspace", "show", "zoo")[1]

    assert "Likely joins: animals.name → house.id (0.90)" in text
    assert "About people: animals.name" in text
    assert "not told to a language model" in text
    assert "How many animals?" in text


def test_refused_examples_are_listed_with_the_reason(say: Say) -> None:
    assert "no such table" in say("workspace", "examples", "list", "zoo", "--rejected")[1]


def test_what_a_model_may_be_told_is_chosen(ask: Ask, world: InstalledWorld) -> None:
    words = ("--values", "none", "--personal", "animals.id", "--not-personal", "animals.name")

    assert ask("workspace", "share", "zoo", *words)[0] == 0

    assert world.workspaces.changes == [
        {"values_shared": "none"},
        {"columns": {"animals": {"id": {"personal": True}, "name": {"personal": False}}}},
    ]


@pytest.mark.parametrize("words", [(), ("--personal", "animals.gone")])
def test_a_choice_of_nothing_or_of_what_is_not_there_is_refused(
    ask: Ask, world: InstalledWorld, words: tuple[str, ...]
) -> None:
    assert ask("workspace", "share", "zoo", *words)[0] == 2
    assert not world.workspaces.changes

"""import-bird finds what lies in BIRD's folders and says what it took."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cli.test_workspace import Ask, Say, ask, say, world
from fakes_workspaces import FakeImporter, InstalledWorld

from thothctl.model.observed import ObservedStack

__all__ = ["ask", "say", "world"]  # fixtures
Make = Callable[..., Path]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("card_games", "Student Club"):
        folder = tmp_path / "dev" / "dev_databases" / name
        (folder / "database_description").mkdir(parents=True)
        (folder / f"{name}.sqlite").touch()
    (tmp_path / "dev/dev_databases/movie").mkdir()
    (tmp_path / "dev/dev.json").touch()
    (tmp_path / "dev/dev_tables.json").touch()
    return tmp_path / "dev"


def sent(world: InstalledWorld) -> dict[str, Any]:
    (request,) = world.importer.sent
    source = request.source
    return {
        "name": request.name,
        "id": source.id,
        "questions": source.questions and source.questions.name,
        "tables": source.tables and source.tables.name,
        "descriptions": source.descriptions and source.descriptions.name,
    }


def test_a_file_goes_alone(ask: Ask, world: InstalledWorld, tmp_path: Path) -> None:
    code, document = ask("import-bird", str(tmp_path / "My Zoo.sqlite"))

    assert code == 0
    assert document["data"]["rows"] == 3
    nothing = {"id": "", "questions": None, "tables": None, "descriptions": None}
    assert sent(world) == {"name": "my_zoo", **nothing}


def test_a_database_folder_brings_its_descriptions(
    ask: Ask, world: InstalledWorld, root: Path
) -> None:
    assert ask("import-bird", str(root / "dev_databases/card_games"), "--name", "cards")[0] == 0

    assert sent(world) == {
        "name": "cards",
        "id": "card_games",
        "questions": None,
        "tables": None,
        "descriptions": "database_description",
    }


def test_a_root_brings_questions_and_names_too(ask: Ask, world: InstalledWorld, root: Path) -> None:
    code, document = ask("import-bird", str(root), "--db", "Student Club")

    assert code == 0
    assert sent(world) == {
        "name": "student_club",
        "id": "Student Club",
        "questions": "dev.json",
        "tables": "dev_tables.json",
        "descriptions": "database_description",
    }
    assert "movie has no database file" in document["warnings"]


def test_what_is_named_beats_what_lies_there(
    ask: Ask, world: InstalledWorld, root: Path, tmp_path: Path
) -> None:
    words = ("--questions", str(tmp_path / "q.json"), "--descriptions", str(tmp_path / "words"))

    ask("import-bird", str(root), "--db", "card_games", *words)

    found = sent(world)
    assert (found["questions"], found["descriptions"]) == ("q.json", "words")


@pytest.mark.parametrize(
    "words",
    [(), ("--db", "movie"), ("--db", "card_games", "--db", "nothing"), ("--all", "--name", "x")],
)
def test_a_root_without_a_clear_choice_is_exit_2_with_the_list(
    ask: Ask, world: InstalledWorld, root: Path, words: tuple[str, ...]
) -> None:
    code, document = ask("import-bird", str(root), *words)

    assert code == 2
    error = document["errors"][0]
    assert "--name" in words or "Student Club, card_games" in error["message"] + error["hint"]
    assert world.importer.sent == []


@pytest.mark.parametrize("words", [("--db", "x"), ("--all",)])
def test_one_database_needs_no_choice(ask: Ask, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert ask("import-bird", str(tmp_path / "zoo.sqlite"), *words)[0] == 2


def test_all_of_a_root_are_imported(ask: Ask, world: InstalledWorld, root: Path) -> None:
    code, document = ask("import-bird", str(root), "--all")

    assert code == 0
    assert [one["workspace"] for one in document["data"]["workspaces"]] == [
        "student_club",
        "card_games",
    ]
    assert any(one.startswith("card_games: houses.csv") for one in document["warnings"])


def test_one_that_is_refused_does_not_keep_the_others_out(
    ask: Ask, world: InstalledWorld, root: Path
) -> None:
    world.importer = FakeImporter(refused=frozenset(["student_club"]))

    code, document = ask("import-bird", str(root), "--all")

    assert code == 7
    assert document["errors"][0]["message"] == (
        "1 of 2 databases were not imported: student_club: student_club is damaged"
    )
    assert [one["workspace"] for one in document["data"]["workspaces"]] == ["card_games"]
    assert document["data"]["failed"][0]["workspace"] == "student_club"


@pytest.mark.parametrize("files", [(), ("a.sqlite", "b.db")])
def test_a_folder_without_one_database_is_exit_7(
    ask: Ask, tmp_path: Path, files: tuple[str, ...]
) -> None:
    for name in files:
        (tmp_path / name).touch()

    code, document = ask("import-bird", str(tmp_path))

    assert code == 7
    assert all(name in document["errors"][0]["message"] for name in files)


def test_people_see_what_was_described_and_what_was_guessed(
    say: Say, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = say("import-bird", str(tmp_path / "zoo.sqlite"))[1]

    assert "3 columns described, 1 with the meaning of their values, 1 column about people" in text
    assert "houses.csv → house, by its columns" in text
    assert "animals.csv" not in text
    spent = "openai/a-model-4 described 2 columns: 1,834 tokens in, 97 out, $0.0021"
    assert spent in " ".join(text.split())


def test_a_dry_run_is_a_trial_that_keeps_nothing(
    ask: Ask, say: Say, world: InstalledWorld, root: Path
) -> None:
    data = ask("import-bird", str(root), "--all", "--dry-run", "--no-describe")[1]["data"]

    assert data["kept"] is False
    assert [one["workspace"] for one in data["workspaces"]] == ["student_club", "card_games"]
    assert all({"--dry-run", "--no-describe"} <= set(one.wishes) for one in world.importer.sent)
    assert "Nothing was kept" in say("import-bird", str(root), "--all", "--dry-run")[1]
    assert world.calls == [], "a trial holds no lock"


def test_a_dry_run_without_a_stack_tells_what_would_be_read(
    ask: Ask, world: InstalledWorld, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = SimpleNamespace(observe=lambda _: ObservedStack(()))
    monkeypatch.setattr(InstalledWorld, "engine", nothing)

    data = ask("import-bird", str(root), "--all", "--dry-run")[1]["data"]

    assert data == {"workspaces": ["student_club", "card_games"]}
    assert world.importer.sent == []


def test_what_is_wished_of_the_tables_reaches_the_server(
    ask: Ask, world: InstalledWorld, tmp_path: Path
) -> None:
    words = "--names snake --types declared --only a_b --exclude c --max-rejects 5".split()
    words += ["--no-index", "--append-metadata", "--schema", "farm"]

    assert ask("import-bird", str(tmp_path / "zoo.sqlite"), *words)[0] == 0

    (request,) = world.importer.sent
    assert request.wishes == (
        "--names=snake",
        "--types=declared",
        "--only=a_b",
        "--exclude=c",
        "--max-rejects=5",
        "--schema=farm",
        "--no-index",
        "--append-metadata",
    )


def test_every_line_of_ndjson_is_a_document_and_the_last_the_answer(
    say: Say, tmp_path: Path
) -> None:
    code, text = say("import-bird", str(tmp_path / "zoo.sqlite"), "--output", "ndjson")

    documents = [json.loads(line) for line in text.splitlines()]
    assert code == 0
    assert documents[-1]["data"]["rows"] == 3


def test_the_report_of_an_import_is_shown(say: Say, tmp_path: Path) -> None:
    _, told = say("import-bird", str(tmp_path / "zoo.sqlite"))
    assert "3 rows in, 3 rows out, 0 values diverted" in told
    _, shown = say("workspace", "show", "zoo")
    assert "12,348 rows in, 12,348 rows out, 2 values diverted" in shown


def test_a_spider_root_brings_the_questions_about_each_database(
    ask: Ask, world: InstalledWorld, tmp_path: Path
) -> None:
    root = tmp_path / "spider"
    for name in ("concert_singer", "department"):
        (root / "database" / name).mkdir(parents=True)
        (root / "database" / name / f"{name}.sqlite").touch()
        (root / "database" / name / "schema.sql").touch()
    (root / "tables.json").write_text('[{"db_id": "department"}, {"db_id": "concert_singer"}]')
    (root / "dev.json").write_text('[{"db_id": "concert_singer", "query": "SELECT 1"}]')
    (root / "train_spider.json").write_text('[{"db_id":"department", "query": "SELECT 1"}]')

    assert ask("import-bird", str(root), "--all")[0] == 0

    assert [(one.name, one.source.questions, one.source.tables) for one in world.importer.sent] == [
        ("concert_singer", root / "dev.json", root / "tables.json"),
        ("department", root / "train_spider.json", root / "tables.json"),
    ]


def test_a_dry_run_fetches_nothing(ask: Ask, world: InstalledWorld) -> None:
    code, document = ask("import-bird", "https://example.org/zoo.sqlite", "--dry-run")

    assert (code, document["data"]) == (0, {"source": "https://example.org/zoo.sqlite"})
    assert world.importer.sent == []

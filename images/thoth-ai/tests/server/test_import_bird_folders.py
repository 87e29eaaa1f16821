import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.server import bird, databases, imports
from tests.services import application_database
from thoth_ai.questions.answers import Answer
from thoth_ai.questions.ask import Asker
from thoth_ai.questions.asked import Asked
from thoth_ai.workspaces.models import Column, Evidence, Example, Table, VectorPoint, Workspace


@pytest.fixture
def root(data: Path, tmp_path: Path) -> Path:
    return bird.root(tmp_path / "dev")


def take(root: Path, *arguments: str, name: str = "cards") -> dict[str, Any]:
    outcome = imports.run("--folder", str(root), *arguments, name=name)
    assert outcome.status == 0, outcome.last
    return outcome.last


def column(table: str, name: str) -> Column:
    return Column.objects.get(table__name=table, name=name)


def test_a_root_gives_descriptions_evidence_and_questions_of_its_database(root: Path) -> None:
    result = take(root, "--db", "card_games")

    assert [one["question"] for one in result["rejected_examples"]] == ["Broken?"]
    reply = Asker().ask(Asked("What is the name of the rarest card?"))
    assert isinstance(reply, Answer)
    assert reply.rows == (("Bog",),)
    assert reply.evidence == ("rarest refers to MIN(Percent (%))",)
    assert not Asker().ask(Asked("Who is first?")).answered
    assert result["evidence"] == 1


def test_descriptions_survive_every_quirk_of_their_files(root: Path) -> None:
    take(root, "--db", "card_games")

    assert column("cards", "id").description == "unique number. the number of the card"
    name = column("cards", "card Name")
    assert name.description == "the name. the card's printed name"
    assert column("cards", "Percent (%)").values == "• 0: never\n• 100: always \u2013 rare"
    assert column("rulings", "text").description == "édition"
    assert column("set_translations", "language").values == "a, b"
    assert column("cards", "T-BIL").description == "total bilirubin"
    assert column("set_translations", "translation").description == "translated text"
    assert Table.objects.get(name="set_translations").description == "translations of sets"


def test_what_was_matched_how_and_what_was_not_used_is_told(root: Path) -> None:
    result = take(root, "--db", "card_games")

    assert {
        one["file"]: (one["table"], one["matched_by"]) for one in result["descriptions"]["files"]
    } == {
        "cards.csv": ("cards", "name"),
        "ruling.csv": ("rulings", "name but for singular and plural"),
        "set_transactions.csv": ("set_translations", "columns"),
    }
    assert result["warnings"] == [
        "cards.csv: line 6 describes id again; the first one counts",
        "order.csv: it is empty",
        "readme.txt: it is no CSV file and was not read",
        "ruling.csv: 1 NUL bytes were removed",
        "set_transactions.csv: line 3 has more cells than the header; they were joined to the last",
        "set_transactions.csv: taken for the table set_translations, by its columns",
        "cards.csv: not in the table cards: home_player_X1",
        "cards.csv: says nothing of cards's T-BIL, uuid",
        "no file describes the table order",
        "set_transactions.csv: says nothing of set_translations's translation",
    ]


def test_descriptions_and_values_are_found_by_their_vectors(root: Path) -> None:
    take(root, "--db", "card_games")

    text = VectorPoint.objects.get(kind="column", ref="cards.Percent (%)").text
    kind = "double precision" if application_database.ON_POSTGRES else "REAL"
    assert text == f"Percent (%) of cards ({kind}). share • 0: never\n• 100: always \u2013 rare"


def test_columns_that_identify_people_are_marked(root: Path) -> None:
    result = take(root, "--db", "people", name="people")

    marked = Column.objects.filter(personal=True).values_list("name", flat=True)
    assert set(marked) == {"first_name", "email", "phone"}
    assert result["descriptions"]["personal"] == 3


def test_a_database_folder_is_enough(root: Path) -> None:
    result = take(root / "dev_databases" / "people", name="people")

    assert result["descriptions"]["columns"] == 1
    assert result["rejected_examples"] == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [((), "card_games, people"), (("--db", "retail_world"), "card_games, people")],
)
def test_several_databases_are_listed_not_guessed(
    root: Path, arguments: tuple[str, ...], named: str
) -> None:
    outcome = imports.run("--folder", str(root), *arguments)

    assert outcome.status == 7
    assert named in outcome.last["message"] + outcome.last["hint"]


@pytest.mark.parametrize("place", ["missing", "dev_databases/retail_world"])
def test_a_folder_without_a_database_is_refused(root: Path, place: str) -> None:
    assert imports.run("--folder", str(root / place)).status == 7


def test_descriptions_of_a_bare_file_come_from_a_folder(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "words"
    place.mkdir()
    (place / "animal.csv").write_bytes(bird.HEADER + b"NAME,,what it is called,text,\n")

    path = databases.small(tmp_path / "zoo.sqlite")
    outcome = imports.from_file(path, f"--descriptions={place}")

    assert outcome.status == 0
    assert column("animals", "name").description == "what it is called"


def test_a_folder_without_descriptions_is_refused(data: Path, tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()

    path = databases.small(tmp_path / "zoo.sqlite")
    outcome = imports.from_file(path, f"--descriptions={tmp_path / 'words'}")

    assert (outcome.status, outcome.last["code"]) == (7, "invalid_descriptions")
    assert imports.left(data) == []


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        '[{"db_id": "zoo"}]',
        "no",
        '[{"db_id": "zoo", "table_names_original": 3, "table_names": 3}]',
    ],
)
def test_broken_readable_names_are_refused(data: Path, tmp_path: Path, content: str) -> None:
    folder = tmp_path / "dev"
    (folder / "databases" / "zoo").mkdir(parents=True)
    databases.small(folder / "databases" / "zoo" / "zoo.sqlite")
    (folder / "dev_tables.json").write_text(content)

    outcome = imports.run("--folder", str(folder), "--db", "zoo")

    assert (outcome.status, outcome.last["code"]) == (7, "invalid_tables")


def test_a_bundle_carries_descriptions_and_names(data: Path, tmp_path: Path) -> None:
    raw = databases.make(tmp_path / "c.sqlite", bird.CARDS).read_bytes()
    packed = [
        {"name": name, "base64": base64.b64encode(content).decode()}
        for name, content in bird.FILES.items()
    ]
    members = (
        ("descriptions.json", json.dumps(packed).encode()),
        ("tables.json", json.dumps(bird.TABLES).encode()),
        ("questions.json", json.dumps(bird.QUESTIONS).encode()),
    )

    outcome = imports.from_bundle(databases.bundle(raw, *members, db_id="card_games"), name="any")

    assert outcome.status == 0, outcome.last
    assert column("cards", "id").description == "unique number. the number of the card"
    assert column("cards", "T-BIL").description == "total bilirubin"
    assert Workspace.objects.get().evidence.count() == 1


@pytest.mark.parametrize(
    "content", [b"{}", b"no", b'[{"name": "a"}]', b'[{"name": "a", "base64": "?"}]']
)
def test_a_bundle_with_broken_descriptions_is_refused(
    data: Path, tmp_path: Path, content: bytes
) -> None:
    raw = databases.small(tmp_path / "s.sqlite").read_bytes()

    outcome = imports.from_bundle(databases.bundle(raw, ("descriptions.json", content)))

    assert (outcome.status, outcome.last["code"]) == (7, "bundle_refused")
    assert imports.left(data) == []


def test_replacing_keeps_the_words_people_wrote(root: Path) -> None:
    take(root, "--db", "card_games")
    own = column("cards", "uuid")
    own.description, own.personal = "written by hand", True
    own.save()
    Workspace.objects.update(title="Our cards")

    take(root, "--db", "card_games", "--replace")

    again = column("cards", "uuid")
    assert (again.description, again.personal) == ("written by hand", True)
    assert column("cards", "id").description == "unique number. the number of the card"
    assert Workspace.objects.get().title == "Our cards"


def test_what_is_appended_is_beside_what_was_known(data: Path, tmp_path: Path) -> None:
    file = databases.small(tmp_path / "zoo.sqlite")
    for number, asked in enumerate(("How many animals?", "Which animals?", "Which animals?")):
        entry = {"db_id": "zoo", "question": asked, "evidence": f"Hint {number % 2}",
                 "SQL": "SELECT name FROM animals"}  # fmt: skip
        (tmp_path / "q.json").write_text(json.dumps([entry]))
        words = (f"--questions-file={tmp_path / 'q.json'}", "--append-metadata")
        outcome = imports.from_file(file, *words)
        assert outcome.status == 0, outcome.last

    found = Example.objects.filter(origin="bird").order_by("question")
    assert [one.question for one in found] == ["How many animals?", "Which animals?"]
    assert [one.text for one in Evidence.objects.order_by("id")] == ["Hint 0", "Hint 1"]
    assert imports.from_file(file, "--replace").status == 0
    assert not Example.objects.filter(origin="bird").exists(), "a replacement keeps people's only"


def test_editing_a_description_embeds_it_again_at_once(root: Path) -> None:
    take(root, "--db", "card_games")
    count = VectorPoint.objects.count()
    own = column("cards", "uuid")
    own.values = "a hyphenated number"
    own.save()
    table = Table.objects.get(name="cards")
    table.description = "All printed cards"
    table.save()

    assert VectorPoint.objects.count() == count
    assert "hyphenated" in VectorPoint.objects.get(ref="cards.uuid").text
    assert "All printed cards" in VectorPoint.objects.get(kind="table", ref="cards").text


def test_a_spider_root_gives_each_database_the_questions_about_it(
    data: Path, tmp_path: Path
) -> None:
    root = tmp_path / "spider"
    for name in ("concert", "pets"):
        (root / "database" / name).mkdir(parents=True)
        databases.small(root / "database" / name / f"{name}.sqlite")
    told = {"dev.json": "pets", "train_spider.json": "concert"}
    for file, name in told.items():
        question = f"Which animals does {name} have?"
        asked = [{"db_id": name, "question": question, "query": "SELECT name FROM animals"}]
        (root / file).write_text(json.dumps(asked))
    (root / "tables.json").write_text("[]")

    take(root, "--db", "concert", name="concert")

    reply = Asker().ask(Asked("Which animals does concert have?"))
    assert isinstance(reply, Answer)
    assert len(reply.rows) == 3

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.server import bird, databases, imports
from tests.server.account import TOKEN
from tests.services.application_database import either
from thoth_ai.importing import placing, staging, teaching
from thoth_ai.questions.ask import Asker
from thoth_ai.questions.asked import Asked
from thoth_ai.workspaces import disposal, revisions, upkeep
from thoth_ai.workspaces.models import (
    Column,
    Evidence,
    Example,
    IndexRevision,
    Table,
    VectorPoint,
    Workspace,
)

BASE = "/api/v1/workspaces/cards"
LAST = {"question": "Which card is last?", "sql": 'SELECT "card Name" FROM cards WHERE id = 2'}


@pytest.fixture
def cards(client: Client, tmp_path: Path) -> Client:
    root = bird.root(tmp_path / "dev")
    assert imports.run("--folder", str(root), "--db", "card_games", name="cards").status == 0
    return client


def call(
    client: Client, method: str, path: str = "", body: object = None, *, token: str = TOKEN
) -> Any:  # noqa: ANN401 - Django's test response
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.generic(
        method,
        BASE + path,
        data=b"" if body is None else content,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def points_of(kind: str) -> set[tuple[str, str]]:
    return set(VectorPoint.objects.filter(kind=kind).values_list("ref", "text"))


def test_a_workspace_shows_what_is_known_of_it(cards: Client) -> None:
    shown = call(cards, "GET").json()

    assert shown["name"] == "cards"
    assert shown["evidence"][0]["text"] == "rarest refers to MIN(Percent (%))"
    tables = {table["name"]: table for table in shown["databases"][0]["tables"]}
    assert tables["cards"]["rows"] == 2
    assert tables["cards"]["columns"][0] == {
        "name": "id",
        "type": either("INTEGER", "bigint"),
        "description": "unique number. the number of the card",
        "values": "",
        "primary_key": True,
        "not_null": False,
        "personal": False,
    }
    assert tables["rulings"]["foreign_keys"] == [
        {"columns": ["uuid"], "table": "cards", "references": ["uuid"]}
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("PATCH", "/descriptions"),
        ("GET", "/examples"),
        ("POST", "/examples"),
        ("DELETE", "/examples/1"),
        ("GET", "/export"),
        ("POST", "/import"),
    ],
)
def test_every_endpoint_wants_a_token_and_names_the_workspaces(
    client: Client, tmp_path: Path, method: str, path: str
) -> None:
    imports.from_file(databases.small(tmp_path / "zoo.sqlite"))

    unknown = call(client, method, path, {})

    assert call(client, method, path, {}, token="wrong").status_code == 401
    assert unknown.status_code == 404
    assert unknown.json()["hint"] == "Choose one of: zoo."


def test_title_and_notice_can_be_changed(cards: Client) -> None:
    answer = call(cards, "PATCH", body={"title": "Our cards", "notice": "Old."})

    assert answer.json() == {"changed": 2}
    assert call(cards, "PATCH", body={"notice": "Old."}).json() == {"changed": 0}
    assert Workspace.objects.values_list("title", "notice").get() == ("Our cards", "Old.")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"titel": "x"}, "titel"),
        ({"title": ""}, "title is empty"),
        ({"title": "x" * 201}, "title"),
        ({"title": 3}, "title"),
        ({"notice": "\ud800"}, "notice"),
        ([], "the body"),
    ],
)
def test_a_wrong_title_is_named(cards: Client, body: object, named: str) -> None:
    answer = call(cards, "PATCH", body=body)

    assert answer.status_code == 422
    assert named in answer.json()["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_a_bad_request(cards: Client, body: bytes) -> None:
    assert call(cards, "POST", "/import", body).status_code == 400


def test_descriptions_are_changed_embedded_and_seen_by_caches_at_once(cards: Client) -> None:
    before, revision = len(points_of("column")), revisions.current()
    words = {
        "tables": {"cards": "All that were printed"},
        "columns": {
            "cards": {
                "id": "the running number",
                "uuid": {"values": "hexadecimal", "personal": True},
            }
        },
    }

    answer = call(cards, "PATCH", "/descriptions", words)

    assert answer.json() == {"changed": 3}
    texts = dict(points_of("column"))
    assert texts["cards.id"] == f"id of cards ({either('INTEGER', 'bigint')}). the running number"
    assert texts["cards.uuid"] == f"uuid of cards ({either('TEXT', 'text')}). hexadecimal"
    assert "All that were printed" in dict(points_of("table"))["cards"]
    assert len(texts) == before
    assert revisions.current() != revision
    assert Column.objects.get(name="uuid", table__name="cards").personal
    assert call(cards, "PATCH", "/descriptions", words).json() == {"changed": 0}


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ({"tables": {"nowhere": "x"}}, "table nowhere"),
        ({"columns": {"cards": {"nothing": "x"}}}, "column cards.nothing"),
        ({"columns": {"cards": {"id": {"vaules": "x"}}}}, "vaules"),
        ({"columns": {"cards": {"id": 3}}}, "columns.cards.id"),
        ({"rows": {}}, "rows"),
    ],
)
def test_words_about_what_is_not_there_change_nothing(
    cards: Client, words: dict[str, Any], named: str
) -> None:
    words.setdefault("tables", {}).setdefault("cards", "changed")

    answer = call(cards, "PATCH", "/descriptions", words)

    assert answer.status_code == 422
    assert named in answer.json()["detail"]
    assert not Column.objects.filter(table__description="changed").exists()


def test_columns_whose_names_run_together_keep_their_own_documents(
    client: Client, tmp_path: Path
) -> None:
    script = 'CREATE TABLE a ("b.c" TEXT); CREATE TABLE "a.b" (c TEXT);'
    imports.from_file(databases.make(tmp_path / "c.sqlite", script), name="cards")

    call(client, "PATCH", "/descriptions", {"columns": {"a": {"b.c": "first"}}})

    assert {text for _, text in points_of("column")} == {
        f"b.c of a ({either('TEXT', 'text')}). first",
        f"c of a.b ({either('TEXT', 'text')}).",
    }


def test_an_example_is_tried_stored_and_answers_at_once(cards: Client) -> None:
    answer = call(cards, "POST", "/examples", LAST)

    assert answer.status_code == 201
    assert answer.json()["origin"] == "user"
    assert Asker().ask(Asked("Which card is last?", "cards")).answered
    listed = call(cards, "GET", "/examples?limit=1").json()
    assert listed["examples"] == [answer.json()]
    assert listed["total"] == Example.objects.count()
    older = call(cards, "GET", f"/examples?before={answer.json()['id']}").json()["examples"]
    assert LAST["question"] not in [one["question"] for one in older]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({**LAST, "sql": "DELETE FROM cards"}, "SELECT"),
        ({**LAST, "sql": "SELECT x FROM nowhere"}, "nowhere"),
        ({"question": "Which?"}, "sql is missing"),
        ({**LAST, "question": " "}, "question is empty"),
        ({**LAST, "origin": "bird"}, "origin"),
        ({**LAST, "difficulty": "hard", "database": "x"}, "database"),
    ],
)
def test_an_example_that_does_not_prove_itself_is_refused(
    cards: Client, body: object, named: str
) -> None:
    before = Example.objects.count()

    answer = call(cards, "POST", "/examples", body)

    assert answer.status_code == 422
    assert named in answer.json()["detail"]
    assert Example.objects.count() == before


def test_the_same_example_is_not_stored_twice(cards: Client) -> None:
    call(cards, "POST", "/examples", LAST)

    assert call(cards, "POST", "/examples", LAST).status_code == 422


def test_a_taught_question_takes_the_place_of_the_generated_one(cards: Client) -> None:
    asked = {"question": "How many cards are there?", "sql": "SELECT count(id) FROM cards"}

    call(cards, "POST", "/examples", asked)

    stored = Example.objects.filter(question=asked["question"])
    assert [one.origin for one in stored] == ["user"]


def test_an_example_can_be_forgotten(cards: Client) -> None:
    number = call(cards, "POST", "/examples", LAST).json()["id"]

    assert call(cards, "DELETE", f"/examples/{number}").status_code == 204
    assert call(cards, "DELETE", f"/examples/{number}").status_code == 404
    assert not VectorPoint.objects.filter(kind="example", ref=str(number)).exists()


def test_removing_takes_rows_vectors_and_files(cards: Client, data: Path) -> None:
    assert call(cards, "DELETE").status_code == 204

    assert not Workspace.objects.exists()
    assert not VectorPoint.objects.exists()
    assert imports.left(data) == []
    assert call(cards, "GET").json()["hint"] == "Import one with thothctl import-bird."


def test_only_administrators_remove(cards: Client) -> None:
    from thoth_ai.accounts.models import User  # noqa: PLC0415 - after django.setup()

    User.objects.update(is_staff=False)

    assert call(cards, "DELETE").status_code == 403
    assert Workspace.objects.exists()


def test_a_removal_that_is_killed_after_its_commit_is_swept_at_the_start(
    cards: Client, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(disposal, "discard", killed)
        with pytest.raises(SystemExit):
            call(cards, "DELETE")
    assert len(imports.left(data)) == 1

    assert staging.sweep() + placing.sweep() == 1
    assert imports.left(data) == []


def test_a_document_moves_everything_to_another_workspace(cards: Client, tmp_path: Path) -> None:
    call(cards, "POST", "/examples", LAST)
    call(cards, "PATCH", body={"title": "Our cards", "notice": "Old."})
    call(cards, "PATCH", "/descriptions", {"tables": {"cards": "All"}})
    document = call(cards, "GET", "/export").json()
    call(cards, "DELETE")
    imports.from_file(databases.make(tmp_path / "c.sqlite", bird.CARDS), name="cards")

    answer = call(cards, "POST", "/import", document).json()

    assert answer["skipped"] == []
    assert answer["added"]["examples"] == 2
    assert answer["added"]["evidence"] == 1
    assert call(cards, "GET", "/export").json() == document
    assert Asker().ask(Asked("Which card is last?", "cards")).answered
    assert {text for _, text in points_of("evidence")} == {"rarest refers to MIN(Percent (%))"}
    assert {ref for ref, _ in points_of("evidence")} == {str(Evidence.objects.get().pk)}


def test_importing_a_document_twice_adds_nothing(cards: Client) -> None:
    document = call(cards, "GET", "/export").json()
    count = VectorPoint.objects.count()

    answer = call(cards, "POST", "/import", document).json()

    assert answer["added"] == {"examples": 0, "evidence": 0, "descriptions": 0}
    assert [one["why"] for one in answer["skipped"]] == ["It is stored already."]
    assert VectorPoint.objects.count() == count


def test_what_does_not_fit_is_skipped_with_its_reason(cards: Client) -> None:
    document = {
        "format": "thoth-workspace/1",
        "tables": {"nowhere": "x", "cards": "All"},
        "columns": {"cards": {"nothing": "x", "id": "the number"}},
        "examples": [LAST, {**LAST, "sql": "DROP TABLE cards"}, {**LAST, "sql": "SELECT zz"}],
    }

    answer = call(cards, "POST", "/import", document).json()

    assert answer["added"] == {"examples": 1, "evidence": 0, "descriptions": 2}
    assert [one["what"] for one in answer["skipped"]] == [
        "table nowhere",
        "column cards.nothing",
        "example Which card is last?",
        "example Which card is last?",
    ]
    assert all(one["why"] for one in answer["skipped"])


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"format": "thoth-workspace/2"}, "format"),
        ({"exmaples": []}, "exmaples"),
        ({"examples": [{**LAST, "sqll": ""}]}, "examples[0] has the unknown field 'sqll'"),
        ({"examples": [{"question": "Which?"}]}, "examples[0].sql"),
        ({"examples": [{**LAST, "origin": "generated"}]}, "examples[0].origin"),
        ({"examples": {}}, "examples must be a list"),
        ({"evidence": [3]}, "evidence[0]"),
        ({"evidence": [""]}, "evidence[0] is empty"),
        ({"columns": {"cards": {"id": {"personal": "yes"}}}}, "personal"),
        ({"columns": []}, "columns"),
        ({"tables": {"cards": "x" * 20_001}}, "tables.cards is longer"),
        ({"notice": "\ud83d"}, "notice"),
    ],
)
def test_a_wrong_document_is_refused_whole(
    cards: Client, change: dict[str, Any], named: str
) -> None:
    before = call(cards, "GET", "/export").json()
    document = {"format": "thoth-workspace/1", "title": "changed", "evidence": ["new"], **change}

    answer = call(cards, "POST", "/import", document)

    assert answer.status_code == 422
    assert named in answer.json()["detail"]
    assert call(cards, "GET", "/export").json() == before


def test_a_failure_half_way_leaves_nothing_of_a_document(
    cards: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = call(cards, "GET", "/export").json()
    monkeypatch.setattr(upkeep, "create", lambda *_: 1 / 0)
    document = {"format": "thoth-workspace/1", "title": "new", "tables": {"cards": "new"}}

    assert call(cards, "POST", "/import", document).status_code == 500
    assert call(cards, "GET", "/export").json() == before


def test_a_document_that_takes_too_long_says_what_is_left(
    cards: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teaching, "SECONDS_TO_TRY", -1.0)
    document = {"format": "thoth-workspace/1", "examples": [LAST]}

    answer = call(cards, "POST", "/import", document).json()

    assert answer["added"]["examples"] == 0
    assert "no time" in answer["skipped"][0]["why"]


def test_a_large_document_is_taken_and_a_huge_one_refused(cards: Client) -> None:
    large = {"format": "thoth-workspace/1", "evidence": [f"{n} " * 400 for n in range(1000)]}

    assert call(cards, "POST", "/import", large).json()["added"]["evidence"] == 1000
    assert call(cards, "POST", "/import", b" " * (16 * 1024 * 1024 + 1)).status_code == 413


def test_evidence_edited_by_hand_is_embedded_again(cards: Client) -> None:
    row = Evidence.objects.get()
    row.text = "rarest means the smallest share"
    row.save()
    revision = IndexRevision.objects.get().number

    assert points_of("evidence") == {(str(row.pk), "rarest means the smallest share")}
    row.delete()
    assert points_of("evidence") == set()
    assert IndexRevision.objects.get().number != revision


def test_descriptions_are_edited_in_the_administration(cards: Client, administrator: str) -> None:
    from thoth_ai.accounts.models import User  # noqa: PLC0415 - after django.setup()

    browser = Client(SERVER_NAME="localhost")
    browser.force_login(User.objects.get(email=administrator))
    table = Table.objects.get(name="rulings")
    columns = list(table.columns.all())
    form = {"description": "What judges said", "columns-INITIAL_FORMS": str(len(columns))}
    form |= {"columns-TOTAL_FORMS": str(len(columns))}
    for number, column in enumerate(columns):
        place = f"columns-{number}"
        form |= {f"{place}-id": str(column.pk), f"{place}-table": str(table.pk)}
        form |= {f"{place}-description": column.description, f"{place}-values": "by hand"}

    answer = browser.post(f"/admin/workspaces/table/{table.pk}/change/", form)

    assert answer.status_code == 302
    texts = dict(points_of("column"))
    assert all(texts[f"rulings.{column.name}"].endswith("by hand") for column in columns)
    assert "What judges said" in dict(points_of("table"))["rulings"]

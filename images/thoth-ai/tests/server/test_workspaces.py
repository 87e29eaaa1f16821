from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.server import databases, imports
from tests.server.cards import call, points_of
from tests.services.application_database import either
from thoth_ai.importing import placing, staging
from thoth_ai.workspaces import disposal, revisions
from thoth_ai.workspaces.models import (
    Column,
    Evidence,
    IndexRevision,
    Table,
    VectorPoint,
    Workspace,
)


def test_a_workspace_shows_what_is_known_of_it(cards: Client) -> None:
    shown = call(cards, "GET").json()

    assert shown["name"] == "cards"
    assert shown["evidence"][0]["text"] == "rarest refers to MIN(Percent (%))"
    tables = {table["name"]: table for table in shown["databases"][0]["tables"]}
    assert tables["cards"]["rows"] == 2
    first = tables["cards"]["columns"][0]
    assert first.pop("profile")["rows"] == 2
    assert first == {
        "name": "id",
        "type": either("INTEGER", "bigint"),
        "description": "unique number. the number of the card",
        "derived": "Id: whole number; every value once; 1 to 2.",
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
    assert texts["cards.uuid"].endswith(". hexadecimal")
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
        f"c of a.b ({either('TEXT', 'text')}). C: text; always empty.",
    }


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
    form |= {"columns-TOTAL_FORMS": str(len(columns)), "columns-0-personal": "on"}
    form |= {"derived": "What a model wrote", "told_by_model": "on"}
    for number, column in enumerate(columns):
        place = f"columns-{number}"
        form |= {f"{place}-id": str(column.pk), f"{place}-table": str(table.pk)}
        form |= {f"{place}-description": column.description, f"{place}-values": "by hand"}

    answer = browser.post(f"/admin/workspaces/table/{table.pk}/change/", form)

    assert answer.status_code == 302
    texts = dict(points_of("column"))
    assert all(texts[f"rulings.{column.name}"].endswith("by hand") for column in columns)
    assert "What judges said" in dict(points_of("table"))["rulings"]
    table.refresh_from_db()
    assert (table.told_by_model, table.derived.partition(":")[0]) == (False, "Rulings")

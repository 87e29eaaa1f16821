"""What an import finds out about values and joins, and what of it a language model is told."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.server import bird, databases, imports
from tests.server.conversations import BEARER, get
from tests.services.application_database import ON_POSTGRES, either
from thoth_ai.questions import background
from thoth_ai.workspaces.models import Column, Database, RejectedExample, VectorPoint, Workspace

STAFF = """
    CREATE TABLE teams (id INTEGER PRIMARY KEY, title TEXT, colour TEXT);
    CREATE TABLE notes (id INTEGER PRIMARY KEY, team_id INTEGER, contact TEXT, card TEXT,
        state TEXT, "Avg Hours" REAL);
    INSERT INTO teams VALUES (1, 'Alpha', 'red'), (2, 'Beta', 'red'), (3, 'Gamma', 'blue');
    INSERT INTO notes VALUES
        (1, 1, 'ada@canary.example', '4111111111111111', 'open', 1.5),
        (2, 2, 'bob@canary.example', '5500000000000004', 'open', 2.5),
        (3, 3, 'bob@canary.example', '4111111111111111', 'shut', NULL),
        (4, 1, 'ada@canary.example', '5500000000000004', 'shut', 1.5);
"""
CANARIES = ("canary.example", "4111111111111111", "5500000000000004")


@pytest.fixture
def staff(client: Client, tmp_path: Path) -> Client:
    path = databases.make(tmp_path / "staff.sqlite", STAFF)
    assert imports.from_file(path, name="staff").status == 0
    return client


def shown(client: Client) -> Any:  # noqa: ANN401 - a JSON document
    return get(client, "workspaces/staff").json()


def columns(client: Client) -> dict[str, Any]:
    tables = shown(client)["databases"][0]["tables"]
    return {column["name"]: column for table in tables for column in table["columns"]}


def patch(client: Client, body: object, path: str = "") -> None:
    answer = client.patch(
        f"/api/v1/workspaces/staff{path}", json.dumps(body), "application/json", headers=BEARER
    )
    assert answer.status_code == 200, answer.content


def told() -> str:
    """Return what a model would be told of the columns."""
    schema = background.schema_of(Database.objects.get(name="staff"))
    return json.dumps([
        (column.facts, column.values, column.description)
        for table in schema.tables for column in table.columns
    ])  # fmt: skip


def test_every_column_has_a_profile(staff: Client) -> None:
    found = columns(staff)

    assert found["state"]["profile"]["listed"] == ["open", "shut"]
    assert found["state"]["derived"] == "State: text; values: 'open', 'shut'."
    assert found["Avg Hours"]["profile"]["nulls"] == 1
    assert (found["Avg Hours"]["profile"]["low"], found["Avg Hours"]["profile"]["high"]) == (
        1.5,
        2.5,
    )
    assert all(column["profile"]["rows"] in {3, 4} for column in found.values())


def test_a_join_nobody_declared_is_found_and_told(staff: Client) -> None:
    (join,) = shown(staff)["databases"][0]["joins"]

    assert (join["table"], join["column"]) == ("notes", "team_id")
    assert (join["referenced_table"], join["referenced_column"]) == ("teams", "id")
    schema = background.schema_of(Database.objects.get(name="staff"))
    assert [key.likely for table in schema.tables for key in table.foreign_keys] == [True]


def test_personal_columns_are_known_by_their_values_which_stay_here(staff: Client) -> None:
    found = columns(staff)

    assert {name for name, one in found.items() if one["personal"]} == {"contact", "card"}
    assert "top" not in found["contact"]["profile"]
    texts = " ".join(VectorPoint.objects.values_list("text", flat=True))
    for place in (json.dumps(shown(staff)), told(), texts):
        assert not [canary for canary in CANARIES if canary in place]
    assert "'open'" in told()


def test_the_switch_of_the_workspace_decides(staff: Client) -> None:
    patch(staff, {"values_shared": "all"})
    assert "ada@canary.example" in told()

    patch(staff, {"values_shared": "none"})
    assert not [value for value in (*CANARIES, "open", "red") if value in told()]
    assert shown(staff)["values_shared"] == "none"


def test_the_switch_of_a_column_decides_and_outlives_another_import(
    staff: Client, tmp_path: Path
) -> None:
    said = {"columns": {"notes": {"contact": {"personal": False}, "state": {"personal": True}}}}
    patch(staff, said, "/descriptions")
    patch(staff, {"values_shared": "all"})
    patch(staff, {"values_shared": "safe"})

    assert imports.from_file(tmp_path / "staff.sqlite", "--replace", name="staff").status == 0

    assert "ada@canary.example" in told()
    assert "'open'" not in told()
    assert Column.objects.get(name="contact").judged


def test_values_that_are_to_be_kept_back_leave_the_vectors_too(staff: Client) -> None:
    patch(staff, {"columns": {"notes": {"state": {"personal": True}}}}, "/descriptions")

    texts = VectorPoint.objects.filter(kind="column", ref="notes.state")
    assert "open" not in texts.get().text


def test_names_in_lower_case_keep_their_descriptions(client: Client, tmp_path: Path) -> None:
    root = bird.root(tmp_path / "dev")

    outcome = imports.run(
        "--folder", str(root), "--db", "card_games", "--names", "snake", name="cards"
    )

    assert outcome.status == 0, outcome.last
    described = {one.name: one.description for one in Column.objects.exclude(description="")}
    assert {"id", "uuid", either("card Name", "card_name")} <= set(described)
    assert "total bilirubin" in described.values()
    assert outcome.last["descriptions"]["columns"] >= 8
    kept = [text for text in outcome.last["warnings"] if text.startswith("the names stay")]
    assert len(kept) == (not ON_POSTGRES)


def test_refused_examples_are_kept_with_the_reason(client: Client, tmp_path: Path) -> None:
    root = bird.root(tmp_path / "dev")
    assert imports.run("--folder", str(root), "--db", "card_games", name="cards").status == 0

    refused = RejectedExample.objects.get(workspace__name="cards")

    assert refused.question == "Broken?"
    listed = get(client, "workspaces/cards/examples?rejected=true").json()
    assert listed["total"] == 1
    assert listed["examples"][0]["reason"] == refused.reason
    questions = VectorPoint.objects.filter(kind="example").values_list("text", flat=True)
    assert "Broken?" not in questions


def test_an_import_that_fails_leaves_the_old_profile(
    staff: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = columns(staff)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("thoth_ai.profiles.joins.likely", interrupted)
    outcome = imports.from_file(tmp_path / "staff.sqlite", "--replace", name="staff")

    assert outcome.status == 130
    assert columns(staff) == before
    assert Workspace.objects.count() == 1


def test_no_values_leave_for_the_provider_of_vectors_once_they_are_kept_back(
    staff: Client, tmp_path: Path
) -> None:
    def told_to_provider() -> str:
        return " ".join(VectorPoint.objects.filter(kind="column").values_list("text", flat=True))

    assert "'open'" in told_to_provider()

    patch(staff, {"values_shared": "none"})
    assert not [value for value in ("open", "Alpha", "blue") if value in told_to_provider()]

    said = {"columns": {"notes": {"contact": {"personal": False}}}}
    patch(staff, said, "/descriptions")
    assert "canary" not in told_to_provider()

    assert imports.from_file(tmp_path / "staff.sqlite", "--replace", name="staff").status == 0
    assert not [
        value for value in ("open", "Alpha", "blue", "canary") if value in told_to_provider()
    ]

    patch(staff, {"values_shared": "safe"})
    assert "'open'" in told_to_provider()
    assert columns(staff)["state"]["derived"] == "State: text; values: 'open', 'shut'."

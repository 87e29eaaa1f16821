"""What the models take must not depend on the database; these run on each."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from tests.server import databases, imports
from tests.server.account import EMAIL
from tests.server.conversations import BEARER, ask, get, post
from thoth_ai.accounts.models import User
from thoth_ai.questions.models import Question
from thoth_ai.workspaces.models import Evidence, Workspace


@pytest.fixture
def zoo(client: Client, tmp_path: Path) -> Client:
    assert imports.from_file(databases.small(tmp_path / "zoo.sqlite")).status == 0
    return client


def test_the_database_is_the_one_the_session_asks_for(data: Path) -> None:
    from tests.services import application_database  # noqa: PLC0415 - only here

    expected = "postgresql" if application_database.ON_POSTGRES else "sqlite"
    assert connection.vendor == expected


def test_a_nul_in_a_question_is_answered_and_kept(zoo: Client) -> None:
    asked = ask(zoo, "How many\0animals \\u0000 are there?")

    kept = get(zoo, f"questions/{asked['id']}").json()
    assert "\\u0000" in kept["question"]
    assert Question.objects.get().text.replace("\N{REPLACEMENT CHARACTER}", "\0").count("\0") == 1


def test_a_text_longer_than_its_column_says_is_kept(data: Path) -> None:
    workspace = Workspace.objects.create(name="w", title="t" * 500, origin="o\0" * 300)
    Evidence.objects.create(workspace=workspace, text="x" * 100_000)

    assert Workspace.objects.get().title == "t" * 500


def test_a_workspace_with_a_long_name_is_not_there(zoo: Client) -> None:
    assert ask(zoo, "How many?", workspace="x" * 200)["reason"] == "no_workspace"
    assert zoo.get("/api/v1/workspaces/a%00b", headers=BEARER).status_code == 404


@pytest.mark.parametrize("number", [2**31, 2**63 - 1, 2**63, 2**70])
def test_a_number_beyond_the_range_is_not_found(zoo: Client, number: int) -> None:
    assert get(zoo, f"questions/{number}").status_code == 404
    body = {"question": "How many animals are there?", "previous": number}
    assert post(zoo, "ask", body).status_code == 404


def test_an_address_is_one_person_however_it_is_written(administrator: str) -> None:
    assert User.objects.get_by_natural_key(f" {EMAIL.upper()} ").email == EMAIL


def test_a_document_keeps_what_json_knows(administrator: str) -> None:
    reply = {"a": [1, 2.5, None, True, "ü\N{GRINNING FACE}"], "b": {"c": "\\\\u0000", "d": "\\\0"}}
    user = User.objects.get()
    Question.objects.create(user=user, text="x", answered=True, reply=reply)

    kept = Question.objects.get().reply
    assert kept["a"] == reply["a"]
    assert kept["b"]["c"] == "\\\\u0000"
    assert kept["b"]["d"] in ("\\\0", "\\\N{REPLACEMENT CHARACTER}")

"""Rows, files and vectors are checked against each other, as after a restore."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from thoth_ai.errors import ExitCode
from thoth_ai.workspaces import storage
from thoth_ai.workspaces.models import Database, IndexRevision, VectorPoint, Workspace


def check(*words: str) -> tuple[int, dict[str, Any]]:
    said, status = io.StringIO(), 0
    try:
        call_command("check_data", *words, stdout=said)
    except SystemExit as end:
        status = int(str(end.code))
    return status, json.loads(said.getvalue())


def test_data_that_belongs_together_is_sound_and_answers(cards: Client) -> None:
    status, document = check("--ask")

    assert (status, document["sound"], document["problems"]) == (0, True, [])
    assert document["databases"] == 1
    assert document["points"] == VectorPoint.objects.count()
    assert [one["answered"] for one in document["asked"]] == [True]


def test_nothing_at_all_is_sound(data: Path) -> None:
    assert check("--ask") == (
        0,
        {"sound": True, "databases": 0, "points": 0, "waiting": 0, "problems": [], "asked": []},
    )


@pytest.mark.parametrize("damage", ["lost", "changed"])
def test_a_file_that_is_not_the_imported_one_is_told(cards: Client, damage: str) -> None:
    path = storage.path_of(Database.objects.get())
    content = path.read_bytes()
    path.unlink()
    if damage == "changed":
        path.write_bytes(content + b"\0")

    status, document = check()

    assert status == ExitCode.CHECK_FAILED
    assert [one.split(" is not ")[0] for one in document["problems"]] in (
        ["the database cards"],
        ["the file of cards"],
    )
    assert document["asked"] == []


def test_a_question_that_finds_no_answer_any_more_is_told(cards: Client) -> None:
    VectorPoint.objects.all().delete()
    IndexRevision.objects.update(number=99)
    workspace = Workspace.objects.get()
    workspace.examples.update(sql="SELECT nothing FROM nowhere")

    status, document = check("--ask")

    assert status == ExitCode.CHECK_FAILED
    assert document["asked"][0]["answered"] is False

"""The dump of another installation comes in beside what is here, whole or not at all."""

import io
import json
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from tests.server.cards import call, points_of
from thoth_ai.accounts.models import User
from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.workspaces import soundness, storage
from thoth_ai.workspaces.models import Column, Database, Example, Workspace


def dumped() -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """What is here as `dumpdata` writes it, and its database files."""
    said = io.StringIO()
    call_command("dumpdata", "accounts", "workspaces", "questions", stdout=said)
    files = {one.file: storage.path_of(one).read_bytes() for one in Database.objects.all()}
    return json.loads(said.getvalue()), files


def take(rows: object, files: Mapping[str, bytes], *, cut: int = 0) -> dict[str, Any]:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        text = json.dumps(rows).encode()
        for name, content in {
            "dump.json": text,
            **{f"databases/{n}": c for n, c in files.items()},
        }.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    said = io.StringIO()
    content = stream.getvalue()
    with pytest.MonkeyPatch.context() as patch:
        given = content[: len(content) - cut]
        patch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(given)))
        call_command("take_dump", stdout=said)
    return dict(json.loads(said.getvalue()))


def renamed(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    for one in rows:
        if one["model"] == "workspaces.workspace":
            one["fields"]["name"] = name
    return rows


def test_a_dump_comes_in_under_new_keys_beside_what_is_here(cards: Client) -> None:
    rows, files = dumped()
    columns, points = Column.objects.count(), points_of("example")

    told = take(renamed(rows, "theirs"), files)

    assert not told["already"]
    assert set(Workspace.objects.values_list("name", flat=True)) == {"cards", "theirs"}
    assert Column.objects.count() == 2 * columns
    assert User.objects.count() == 1, "who has the same address is the same person"
    assert soundness.examine().problems == []
    theirs = Example.objects.filter(workspace__name="theirs")[0]
    assert theirs.database.workspace.name == "theirs"
    assert {text for _, text in points_of("example")} == {text for _, text in points}
    answer = call(cards, "GET")
    assert answer.status_code == 200


def test_the_same_dump_again_does_nothing_and_after_a_removal_everything(cards: Client) -> None:
    rows, files = dumped()
    renamed(rows, "theirs")
    take(rows, files)
    count = Database.objects.count()

    assert take(rows, files)["already"]
    assert Database.objects.count() == count
    Workspace.objects.get(name="theirs").delete()
    assert not take(rows, files)["already"]


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("name taken", ExitCode.INVALID_INPUT),
        ("file lost", ExitCode.NOT_VERIFIED),
        ("file of other bytes", ExitCode.NOT_VERIFIED),
        ("row lost", ExitCode.NOT_VERIFIED),
        ("torn", ExitCode.NOT_VERIFIED),
        ("no dump", ExitCode.NOT_VERIFIED),
        ("another application", ExitCode.INCOMPATIBLE),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_changed(
    cards: Client, data: Path, damage: str, code: ExitCode
) -> None:
    rows, files = dumped()
    before = dumped()
    given: Any = rows if damage == "name taken" else renamed(rows, "theirs")
    match damage:
        case "file lost":
            files = {}
        case "file of other bytes":
            files = {name: content + b"\0" for name, content in files.items()}
        case "row lost":
            given = [one for one in rows if one["model"] != "workspaces.table"]
        case "no dump":
            given = {"no": "rows"}
        case "another application":
            given = [*rows, {"model": "blog.post", "pk": 1, "fields": {}}]

    with pytest.raises(ServerError) as caught:
        take(given, files, cut=9000 if damage == "torn" else 0)

    assert caught.value.exit_code == code
    assert dumped() == before
    assert not list((data / "incoming").iterdir())

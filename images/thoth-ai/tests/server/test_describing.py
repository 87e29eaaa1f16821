"""Descriptions by a language model: in batches, each only once, and without what is personal."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from provider_server import ProviderServer

from tests.server import databases, imports
from tests.server.conversations import ask
from tests.server.test_import_meanwhile import Meanwhile, taken
from tests.server.test_profiles import CANARIES, STAFF, patch
from tests.services.application_database import ON_POSTGRES
from thoth_ai.importing import describing
from thoth_ai.postgres import schemas
from thoth_ai.providers.types import ProviderSettings
from thoth_ai.questions import background
from thoth_ai.workspaces import editing
from thoth_ai.workspaces.editing import Details
from thoth_ai.workspaces.models import Column, Database, Table, VectorPoint, WrittenDescription

KEY = "canary-key-of-the-model"
SAID = json.dumps({
    "notes": {"": "Notes on teams.", "state": "Whether it is done.\nReally.", "gone": "nothing"},
    "teams": {"title": "What it is called.", "colour": ["no text"]},
    "elsewhere": {"a": "b"},
})  # fmt: skip


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderServer]:
    with ProviderServer(keys={KEY: "valid"}) as server:
        chosen = ProviderSettings("openai", "gpt-4o-mini", server.openai, KEY, timeout_seconds=5)
        monkeypatch.setattr("django.conf.settings.LANGUAGE_MODEL", chosen)
        yield server


@pytest.fixture
def path(data: Path, tmp_path: Path) -> Path:
    assert data
    return databases.make(tmp_path / "staff.sqlite", STAFF)


def load(path: Path, *arguments: str) -> imports.Outcome:
    outcome = imports.from_file(path, "--replace", *arguments, name="staff")
    assert outcome.status == 0, outcome.last
    return outcome


def derived(column: str) -> str:
    return Column.objects.get(name=column).derived


def test_what_nobody_described_is_described_and_what_that_took_is_told(
    path: Path, provider: ProviderServer
) -> None:
    provider.rule({"match": "", "then": [{"reply": SAID}]})

    told = load(path).last["model"]

    assert derived("state") == "Whether it is done. Really."
    assert derived("title") == "What it is called."
    assert derived("colour") == "Colour: text; 2 different values; such as 'red'."
    assert told["columns"] == 2
    assert told["input_tokens"] > 0
    assert told["cost_usd"] > 0
    assert VectorPoint.objects.filter(text__contains="Whether it is done.").exists()


def test_it_is_not_asked_the_same_again(path: Path, provider: ProviderServer) -> None:
    provider.rule({"match": "", "then": [{"reply": SAID}]})
    load(path)
    asked = len(provider.requests)

    told = load(path).last["model"]

    assert len(provider.requests) == asked
    assert told["remembered"] == told["batches"] == 1
    assert told["input_tokens"] == 0
    assert derived("state") == "Whether it is done. Really."


def test_what_was_cut_off_goes_on_where_it_was(
    path: Path, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(describing, "COLUMNS_AT_ONCE", 3)
    good, bad = {"reply": SAID}, {"fault": {"status": 401}}
    provider.rule({"match": "", "then": [good, bad, good]})
    first = load(path).last
    assert any("did not describe everything" in text for text in first["warnings"])
    kept = WrittenDescription.objects.count()

    second = load(path).last["model"]

    assert kept == 1
    assert second["remembered"] >= 1
    assert second["batches"] > second["remembered"]


def test_it_is_not_asked_where_that_is_not_wanted(path: Path, provider: ProviderServer) -> None:
    assert load(path, "--no-describe").last["model"] is None
    assert load(path, "--dry-run").last["model"] is None

    assert not provider.requests


def test_no_value_of_a_personal_column_reaches_it(
    client: Client, path: Path, provider: ProviderServer
) -> None:
    provider.rule({"match": "You describe", "then": [{"reply": SAID}]})
    wrong = json.dumps({"sql": 'SELECT CAST("contact" AS INTEGER) / 0 AS n FROM "notes"'})
    provider.rule({"match": "", "then": [{"reply": wrong}]})
    load(path)

    ask(client, "Which note was the longest of all of them?", workspace="staff")

    told = json.dumps([request.body for request in provider.requests])
    assert len(provider.requests) > 1
    assert "notes" in told
    assert re.search("open.{1,6}shut", told)
    assert not [canary for canary in CANARIES if canary in told]


@pytest.mark.skipif(not ON_POSTGRES, reason="a file has no comments")
def test_what_it_wrote_becomes_a_comment_only_if_it_was_told_no_values(
    client: Client, path: Path, provider: ProviderServer
) -> None:
    said = {
        "notes": {"": "Notes that are open or shut.", "contact": "open or shut people"},
        "teams": {"": "Teams."},
    }
    provider.rule({"match": "", "then": [{"reply": json.dumps(said)}]})

    load(path)
    assert commented() == set()
    patch(client, {"values_shared": "none"})
    assert Column.objects.get(name="contact").told_by_model
    assert commented() == set(), "one answer spoke of all columns, and had values of some"

    load(path)
    assert commented() == {"Notes that are open or shut.", "open or shut people", "Teams."}
    assert Database.objects.get().report["models"]["told_values"] is False
    patch(client, {"values_shared": "all"})
    assert "Teams." in commented(), "it was told none all the same"


def commented() -> set[str]:
    """Whatever any role may read of the staff."""
    with schemas.importer(settings.POSTGRES) as connection:
        found = schemas.comments(connection, "staff", Database.objects.get().file)
    return set(filter(None, found.values()))


def test_what_it_wrote_of_a_table_goes_with_the_values_it_knew(
    client: Client, path: Path, provider: ProviderServer
) -> None:
    said = {
        "notes": {"": "Notes that are open or shut.", "state": "open or shut", "card": "a card"},
        "teams": {"": "Teams."},
    }
    provider.rule({"match": "", "then": [{"reply": json.dumps(said)}]})
    load(path)
    assert "open or shut" in told()

    personal = {"columns": {"notes": {"state": {"personal": True}}}}
    patch(client, personal, "/descriptions")

    assert "open or shut" not in told()
    assert "Teams." in told()
    notes = Table.objects.get(name="notes")
    assert (notes.told_by_model, notes.derived[:12]) == (False, "Notes: 4 row")
    assert "It joins teams." in notes.derived

    patch(client, {"values_shared": "none"})

    assert "Teams." not in told()
    assert not Table.objects.filter(told_by_model=True).exists()


def test_what_it_wrote_of_a_table_goes_with_values_that_are_kept_back_meanwhile(
    path: Path, provider: ProviderServer
) -> None:
    said = {"notes": {"": "Notes that are open or shut."}}
    provider.rule({"match": "", "then": [{"reply": json.dumps(said)}]})
    load(path)
    assert "open or shut" in told()

    taken(path, Meanwhile(lambda it: editing.write_details(it, Details(values_shared="none"))))

    assert "open or shut" not in told()


def told() -> str:
    """Return what is told of tables and columns, to a model and to the provider of vectors."""
    schema = background.schema_of(Database.objects.get(name="staff"))
    words = [table.description for table in schema.tables]
    words += [column.description for table in schema.tables for column in table.columns]
    kinds = VectorPoint.objects.filter(kind__in=("table", "column"))
    return "\n".join((*words, *kinds.values_list("text", flat=True)))


def test_nonsense_is_no_description(path: Path, provider: ProviderServer) -> None:
    provider.rule({"match": "", "then": [{"reply": "I will not."}]})

    load(path)

    assert derived("state") == "State: text; values: 'open', 'shut'."
    assert not WrittenDescription.objects.exists()


def test_what_cannot_be_stored_of_a_reply_is_replaced(path: Path, provider: ProviderServer) -> None:
    reply = r'{"notes": {"state": "Done \ud800 or\u0000not."}, "teams\ud800": {"title": "x"}}'
    provider.rule({"match": "", "then": [{"reply": reply}]})

    load(path)

    assert derived("state") == "Done ? or not."


def test_what_was_remembered_with_it_is_replaced_too(path: Path, provider: ProviderServer) -> None:
    provider.rule({"match": "", "then": [{"reply": SAID}]})
    load(path)
    broken = {"notes": {"state": "Done \ud800."}}
    if not ON_POSTGRES:  # which refuses to keep it at all
        WrittenDescription.objects.update(texts=broken)
        load(path)
        assert derived("state") == "Done ?."

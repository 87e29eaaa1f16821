"""The index of values of an imported database, in files and in PostgreSQL."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from provider_server import ProviderServer

from tests.server import databases, imports
from tests.server.conversations import ask
from tests.services import application_database, checkout
from tests.services.application_database import ON_POSTGRES
from thoth_ai.errors import ServerError
from thoth_ai.importing import importer, space, staging
from thoth_ai.providers.types import ProviderSettings
from thoth_ai.values import places, renewing
from thoth_ai.values.opened import OPENED
from thoth_ai.values.reading import PostgresValues, SqliteValues
from thoth_ai.workspaces import removal
from thoth_ai.workspaces.models import Column, Database, Workspace

PROJECT = Path(__file__).parents[2]
KILLED = """
import os, signal
from thoth_ai.values import building
building.build = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
os.environ["DJANGO_SETTINGS_MODULE"] = "thoth_ai.settings"
from django.core.management import execute_from_command_line
execute_from_command_line()
"""
KEY = "canary-key-of-the-index"
SHOPS = """
    CREATE TABLE shops (id INTEGER PRIMARY KEY, "Shop Name" TEXT, city TEXT, opened INTEGER,
        owner_email TEXT, note TEXT);
    INSERT INTO shops VALUES (1, 'Blue Door', 'Los Ángeles', 1999, 'ann.smith@example.org', NULL),
        (2, 'Côte d''Or', 'Fresno', 2004, 'bob@example.org', 'a' || char(10) || 'b\\c'),
        (3, 'F', 'CA', 2004, NULL, '');
"""


@pytest.fixture
def shops(data: Path, tmp_path: Path) -> Path:
    path = databases.make(tmp_path / "shops.sqlite", SHOPS)
    assert imports.from_file(path, name="shops").status == 0
    return path


def database() -> Database:
    return Database.objects.select_related("workspace").get()


def indexes(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "values").glob("*"))


def found(text: str) -> list[str]:
    index = OPENED.of(database())
    assert index
    return [f"{hit.value}: {hit.places[0].column}" for hit in index.exact(text)]


def renewed() -> None:
    thread = OPENED.renewed.get(database().file)
    assert thread, "nobody makes it anew"
    thread.join(30)


def test_an_import_brings_the_index_of_its_values(shops: Path, data: Path) -> None:
    assert indexes(data) == [f"{database().file}.values"]
    assert found("los angeles") == ["Los Ángeles: city"]
    assert found("COTE D'OR") == ["Côte d'Or: Shop Name"]
    assert found("f") == ["F: Shop Name"]
    assert found("2004") == ["2004: opened"]
    assert found("a b\\c") == ["a\nb\\c: note"]


def test_the_result_says_what_was_indexed(data: Path, tmp_path: Path) -> None:
    outcome = imports.from_file(databases.make(tmp_path / "s.sqlite", SHOPS))

    assert outcome.last["values"] == {"values": 14, "columns": 6, "kept": 0, "left_out": []}
    assert any(event.get("phase") == "values" for event in outcome.events)


def test_no_index_is_built_when_none_is_wanted(data: Path, tmp_path: Path) -> None:
    outcome = imports.from_file(databases.make(tmp_path / "s.sqlite", SHOPS), "--no-index")

    assert OPENED.of(database()) is None
    assert (outcome.last["values"], indexes(data)) == ({}, [])
    assert database().file not in OPENED.renewed


def test_a_replaced_database_keeps_the_texts_that_did_not_change(
    shops: Path, data: Path, tmp_path: Path
) -> None:
    old = database().file

    outcome = imports.from_file(shops, "--replace", name="shops")

    assert outcome.last["values"]["kept"] == 6
    assert indexes(data) == [f"{database().file}.values"]
    assert database().file != old
    assert found("los angeles") == ["Los Ángeles: city"]


def test_texts_in_a_column_of_numbers_are_not_taken_over(
    shops: Path, data: Path, tmp_path: Path
) -> None:
    script = """
        CREATE TABLE t (a INTEGER, b TEXT);
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
        INSERT INTO t SELECT CASE i WHEN 7 THEN '{}' ELSE i END, 'b' FROM n;
    """
    imports.from_file(databases.make(tmp_path / "1.sqlite", script.format("Oslo")), name="mixed")
    other = databases.make(tmp_path / "2.sqlite", script.format("Bergen"))

    outcome = imports.from_file(other, "--replace", name="mixed")

    index = OPENED.of(Database.objects.get(workspace__name="mixed"))
    assert index
    assert [hit.value for hit in index.exact("bergen")] == ([] if ON_POSTGRES else ["Bergen"])
    assert index.exact("oslo") == []
    assert outcome.last["values"]["kept"] == (2 if ON_POSTGRES else 1)


def test_an_import_that_fails_leaves_no_index(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bool:
        raise ServerError("It does not fit.", hint="Try another.", code="no_fit")

    monkeypatch.setattr(importer, "register", refuse)

    outcome = imports.from_file(databases.make(tmp_path / "s.sqlite", SHOPS))

    assert outcome.last["code"] == "no_fit"
    assert (indexes(data), Workspace.objects.count()) == ([], 0)


def test_a_removed_workspace_takes_its_index_along(shops: Path, data: Path) -> None:
    removal.remove(Workspace.objects.get())

    assert indexes(data) == []


def test_an_index_whose_database_was_never_registered_is_swept(shops: Path, data: Path) -> None:
    (data / "values" / "stray.sqlite.values").write_bytes(b"?")

    staging.sweep()

    assert indexes(data) == [f"{database().file}.values"]


@pytest.mark.parametrize("damage", ["gone", "cut", "changed", "another's"])
def test_an_index_that_cannot_be_trusted_is_made_anew(shops: Path, data: Path, damage: str) -> None:
    path = places.path_of(database().file)
    content = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(content[:-100])
    if damage == "changed":
        path.write_bytes(content.replace(b"Fresno", b"Fresmo"))
    if damage == "another's":
        path.write_bytes(content)
        Database.objects.update(sha256="0" * 64)

    assert OPENED.of(database()) is None
    renewed()

    assert found("fresno") == ["Fresno: city"]
    assert indexes(data) == [f"{database().file}.values"]


def test_other_settings_make_it_anew_without_reading_the_rows(
    shops: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "VALUE_INDEX", replace(settings.VALUE_INDEX, ngram=2))

    made = renewing.renew(database())

    assert made
    assert made.kept == 6
    index = OPENED.of(database())
    assert index
    assert index.size == 2


def test_what_is_too_large_is_left_out_and_told(
    shops: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "VALUE_INDEX", replace(settings.VALUE_INDEX, bytes=6 * 40))

    places.path_of(database().file).unlink()

    made = renewing.renew(database())

    assert made
    assert made.left_out
    assert made.columns < 6
    assert found("2004") == ["2004: opened"]


def test_an_index_is_not_begun_where_there_is_no_room_for_it(
    shops: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = SimpleNamespace(free=space.RESERVE + 1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room)
    places.path_of(database().file).unlink()

    with pytest.raises(ServerError, match="The index of values has") as refused:
        renewing.renew(database())

    assert (refused.value.code, indexes(data)) == ("no_space", [])


def test_a_model_is_told_how_values_are_spelled(
    shops: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    Column.objects.filter(name="owner_email").update(personal=True)
    with ProviderServer(keys={KEY: "valid"}) as provider:
        chosen = ProviderSettings("openai", "model", provider.openai, KEY, timeout_seconds=5)
        monkeypatch.setattr(settings, "LANGUAGE_MODEL", chosen)
        sql = """SELECT count(*) FROM "shops" WHERE "city" = 'Los Ángeles'"""
        provider.rule({"match": "", "then": [{"reply": json.dumps({"sql": sql})}]})

        reply = ask(
            client, "How many shops are in LOS ANGELES, like Blu Door of ann.smit@example.org?"
        )

        told = json.dumps(provider.requests[-1].body, ensure_ascii=False)
    assert reply["rows"] == [[1]]
    assert r"'Los Ángeles' is a value of \"shops\".\"city\"" in told
    assert "'Blue Door'" in told
    assert "ann.smith" not in told


@checkout.needed
def test_an_import_that_was_killed_goes_on_with_what_it_had_read(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = databases.make(tmp_path / "s.sqlite", SHOPS)
    variables = {"THOTH_DATA_DIR": str(data), "PYTHONPATH": str(PROJECT)}
    killed = subprocess.run(
        (sys.executable, "-c", KILLED, "import_bird", "--name=zoo", "--create-workspace",
         f"--sqlite-file={path}"),
        env={"PATH": os.environ["PATH"], **variables, **application_database.variables()},
        check=False, capture_output=True,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-500:]
    assert [one for one in indexes(data) if one.startswith("parts-")]

    def again(*_: object) -> None:
        raise AssertionError("it was read before")

    for reader in (SqliteValues, PostgresValues):
        monkeypatch.setattr(reader, "different", again)

    assert imports.from_file(path).status == 0
    assert found("los angeles") == ["Los Ángeles: city"]
    assert indexes(data) == [f"{database().file}.values"]

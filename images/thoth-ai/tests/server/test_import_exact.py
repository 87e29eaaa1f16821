"""What arrives in PostgreSQL is what was in the file; both encoders, every kind of file."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.importing import generated, music
from tests.server import comparing, databases, imports
from tests.services import application_database, native
from tests.services.postgres_server import Server
from thoth_ai.importing.postgres import encoding
from thoth_ai.workspaces.models import Column, Database, Table, Workspace

CHINOOK = Path(os.environ.get("THOTH_TEST_DATA", "/nowhere")) / "chinook/Chinook_Sqlite.sqlite"
pytestmark = application_database.needs_postgres


@pytest.fixture
def server(data: Path) -> Server:
    started = application_database.server()
    assert started
    return started


@pytest.fixture(params=["native", "python"])
def encoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "python":
        monkeypatch.setattr(encoding, "NativeEncoder", None)
    else:
        native.require()
    return str(request.param)


def catalogue(server: Server, sql: str) -> list[tuple[Any, ...]]:
    return server.run(sql, server.settings.data_database)


def names() -> dict[str, str]:
    """Return what each table of the file is called now, from the report kept with it."""
    tables = Database.objects.get().report["tables"]
    return {one["source"]: one["name"] for one in tables}


@pytest.mark.parametrize("make", [generated.clean, generated.dirty])
def test_every_row_arrives_and_every_misfit_is_kept(
    server: Server, tmp_path: Path, encoder: str, make: Callable[[Path, int], generated.Made]
) -> None:
    made = make(tmp_path / "made.sqlite", 20_000)

    outcome = imports.from_file(made.path)

    assert outcome.status == 0, outcome.last
    counts = [outcome.last[name] for name in ("rows_in", "rows_out", "rows", "diverted")]
    assert counts == [made.rows, made.rows, made.rows, made.dirt]
    assert outcome.last["encoder"] == encoder
    assert comparing.differences(made.path, server, "zoo", names()) == []


def test_a_misfit_has_its_row_its_class_its_bytes_and_a_reason(
    server: Server, tmp_path: Path, encoder: str
) -> None:
    made = generated.dirty(tmp_path / "made.sqlite", 20_000)
    imports.from_file(made.path)

    found = catalogue(
        server,
        'SELECT row_key, storage_class, raw, reason FROM zoo."~rejects"'
        " WHERE column_name = 'price' ORDER BY length(row_key), row_key LIMIT 2",
    )

    assert found == [
        ("Order ID=505, line=1", "text", b"12,50", "of another kind"),
        ("Order ID=1505, line=0", "blob", b"\1", "of another kind"),
    ]


def test_everything_odd_is_imported_and_told(server: Server, tmp_path: Path, encoder: str) -> None:
    made = generated.hazard(tmp_path / "hazard.sqlite")

    outcome = imports.from_file(made.path)

    assert outcome.status == 0, outcome.last
    assert comparing.differences(made.path, server, "zoo", names()) == []
    told = "\n".join(outcome.last["warnings"])
    for words in (
        "the trigger noisy was not taken over",
        "the virtual table searched was not taken over",
        "the view broken was not kept",
        "the view nosy was not kept",
        "no_key: the primary key was not kept",
        "has 1 rows that point nowhere, such as 77",
        "'ctid' is called 'ctid_' here",
        "ctid_: 1 values are no text",
    ):
        assert words in told
    assert catalogue(server, "SELECT c FROM zoo.of_bobs") == [(1,)]
    assert len(set(names().values())) == Table.objects.count()
    indexes = "\n".join(
        text
        for (text,) in catalogue(server, "SELECT indexdef FROM pg_indexes WHERE tablename = 'fold'")
    )
    assert "lower(name)" in indexes
    assert "WHERE (gone = 0)" in indexes
    assert "(gone + 1)" in indexes


def test_numbers_go_on_where_sqlite_would(server: Server, tmp_path: Path) -> None:
    script = """
        CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT);
        INSERT INTO a VALUES (1, 'x'), (41, 'y'); DELETE FROM a WHERE id = 41;
        CREATE TABLE c (id INTEGER PRIMARY KEY, b TEXT); INSERT INTO c VALUES (-7, 'x');
    """
    imports.from_file(databases.make(tmp_path / "n.sqlite", script))

    for table, number in (("a", 42), ("c", 1)):
        sql = f"INSERT INTO zoo.{table} (b) VALUES ('new') RETURNING id"
        assert catalogue(server, sql) == [(number,)]


def test_a_shop_of_music_is_the_same_on_both_sides(
    server: Server, encoder: str, tmp_path: Path
) -> None:
    file = CHINOOK if CHINOOK.is_file() else music.make(tmp_path / "music.sqlite")

    outcome = imports.from_file(file)

    assert outcome.status == 0, outcome.last
    assert outcome.last["diverted"] == 0
    assert len(outcome.last["tables"]) == len(music.SIZES)
    assert comparing.differences(file, server, "zoo", names()) == []


def test_names_in_lower_case_with_underscores(server: Server, tmp_path: Path) -> None:
    script = """
        CREATE TABLE "Order Details" ("Order ID" INT, "2013-14 Status" INT, "Percent (%)" REAL);
        CREATE TABLE OrderDetails (a INT); INSERT INTO OrderDetails VALUES (1);
    """
    outcome = imports.from_file(databases.make(tmp_path / "n.sqlite", script), "--names=snake")

    assert outcome.status == 0, outcome.last
    assert set(names().values()) == {"order_details", "order_details_"}
    assert set(Column.objects.values_list("name", flat=True)) == {
        "order_id", "_2013_14_status", "percent", "a",
    }  # fmt: skip


def test_types_as_declared_divert_instead_of_widening(server: Server, tmp_path: Path) -> None:
    script = "CREATE TABLE t (a INTEGER NOT NULL, b DATE); INSERT INTO t VALUES ('x', '?'), (1, 2);"

    outcome = imports.from_file(databases.make(tmp_path / "t.sqlite", script), "--types=declared")

    assert outcome.last["diverted"] == 3
    types = dict(Column.objects.values_list("name", "declared_type"))
    assert types == {"a": "bigint", "b": "date"}
    assert any("NOT NULL was not kept" in one for one in outcome.last["warnings"])


def test_too_many_rejects_are_no_import(server: Server, tmp_path: Path) -> None:
    made = generated.dirty(tmp_path / "made.sqlite", 20_000)

    outcome = imports.from_file(made.path, f"--max-rejects={made.dirt - 1}")

    assert (outcome.status, outcome.last["code"]) == (12, "too_many_rejects")
    assert application_database.schemas() == []
    assert imports.from_file(made.path, f"--max-rejects={made.dirt}").status == 0


def test_a_dry_run_reports_and_keeps_nothing(server: Server, tmp_path: Path) -> None:
    made = generated.dirty(tmp_path / "made.sqlite", 5_000)

    outcome = imports.from_file(made.path, "--dry-run")

    assert (outcome.status, outcome.last["diverted"]) == (0, made.dirt)
    assert application_database.schemas() == []
    assert not Workspace.objects.exists()


def test_only_the_tables_that_are_wanted(server: Server, tmp_path: Path) -> None:
    made = generated.clean(tmp_path / "made.sqlite", 200)

    assert imports.from_file(made.path, "--only=Schools", "--only=scores").status == 0
    assert set(names()) == {"schools", "scores"}
    assert imports.from_file(made.path, "--exclude=nothing", "--replace").last["code"] == "no_table"
    assert imports.from_file(made.path, "--exclude=events", "--replace").status == 0
    assert "events" not in names()


def test_more_columns_than_postgresql_takes_are_refused(server: Server, tmp_path: Path) -> None:
    columns = ", ".join(f"c{number}" for number in range(1_700))
    path = databases.make(tmp_path / "wide.sqlite", f"CREATE TABLE wide ({columns})")

    outcome = imports.from_file(path)

    assert (outcome.status, outcome.last["code"]) == (7, "too_many_columns")
    assert application_database.schemas() == []


def test_an_import_killed_between_two_tables_is_gone_on_with(
    server: Server, data: Path, tmp_path: Path
) -> None:
    made = generated.dirty(tmp_path / "made.sqlite", 20_000)
    script = f"""
        import os, signal, threading, django
        django.setup()
        from thoth_ai.importing.postgres import loading, resuming
        loading.MOST_AT_ONCE = 1
        original, seen = resuming.remember, []
        def die(*arguments):
            if len(seen) == 3:
                os.kill(os.getpid(), signal.SIGKILL)
            original(*arguments)
            seen.append(1)
        resuming.remember = die
        from django.core.management import call_command
        call_command("import_bird", "--name=zoo", "--create-workspace", "--sqlite-file={made.path}")
    """
    imports.killed_by(script, data)
    assert len(application_database.schemas()) == 1

    outcome = imports.from_file(made.path)

    assert (outcome.status, outcome.last["resumed"]) == (0, 3), outcome.last
    assert (outcome.last["rows"], outcome.last["diverted"]) == (made.rows, made.dirt)
    assert application_database.schemas() == ["zoo"]
    assert comparing.differences(made.path, server, "zoo", names()) == []

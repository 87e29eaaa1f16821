"""What is said about tables and columns is found in PostgreSQL too; run by the session with one."""

from pathlib import Path

import pytest

from tests.server import bird, databases, imports
from tests.services import application_database
from tests.services.postgres_server import Server
from thoth_ai.workspaces import editing
from thoth_ai.workspaces.editing import ColumnWords, Words
from thoth_ai.workspaces.models import Column, Database, Table, Workspace

pytestmark = application_database.needs_postgres
COMMENTS = """
    SELECT c.relname, coalesce(a.attname, ''),
           CASE WHEN a.attname IS NULL THEN obj_description(c.oid, 'pg_class')
                ELSE col_description(c.oid, a.attnum) END AS said
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = %s
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relkind = 'r'
    UNION
    SELECT c.relname, '', obj_description(c.oid, 'pg_class')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = %s
    WHERE c.relkind = 'r'
"""
ODD = """
    CREATE TABLE "Order Details" ("it's" TEXT, ctid TEXT, plain TEXT);
    INSERT INTO "Order Details" VALUES ('a', 'b', 'c');
"""


@pytest.fixture
def server(data: Path) -> Server:
    started = application_database.server()
    assert started
    return started


def comments(server: Server, schema: str) -> dict[tuple[str, str], str]:
    text = COMMENTS.replace("%s", f"'{schema}'")
    rows = server.run(text, server.settings.data_database)
    return {(str(table), str(column)): str(said) for table, column, said in rows if said}


def test_descriptions_become_comments(server: Server, tmp_path: Path) -> None:
    root = bird.root(tmp_path / "dev")
    outcome = imports.run("--folder", str(root), "--db", "card_games", name="cards")
    assert outcome.status == 0, outcome.last

    found = comments(server, "cards")

    assert found["cards", "id"] == "unique number. the number of the card"
    assert found["cards", "Percent (%)"] == "share\n• 0: never\n• 100: always \u2013 rare"
    assert found["set_translations", ""] == "translations of sets"
    assert ("cards", "uuid") not in found  # what is derived of values is for no role to read


def test_a_changed_name_says_what_it_was(server: Server, tmp_path: Path) -> None:
    path = databases.make(tmp_path / "odd.sqlite", ODD)
    assert imports.from_file(path, "--names", "snake").status == 0
    assert imports.from_file(path, name="verbatim").status == 0

    assert comments(server, "zoo") == {
        ("order_details", ""): "In the file: Order Details",
        ("order_details", "it_s"): "In the file: it's",
        ("order_details", "ctid_"): "In the file: ctid",
    }
    assert comments(server, "verbatim") == {("Order Details", "ctid_"): "In the file: ctid"}


def test_comments_follow_what_people_say_later(server: Server, tmp_path: Path) -> None:
    path = databases.make(tmp_path / "odd.sqlite", ODD)
    assert imports.from_file(path, "--names", "snake").status == 0
    workspace = Workspace.objects.get()
    words = {"it_s": ColumnWords("who's it; \\' --", "a: b")}

    told = Words({"order_details": "What was ordered."}, {"order_details": words})
    editing.write(workspace, editing.prepare(workspace, told))
    plain = Column.objects.get(name="plain")
    plain.description = "By hand."
    plain.save()

    assert comments(server, "zoo") == {
        ("order_details", ""): "What was ordered.\nIn the file: Order Details",
        ("order_details", "it_s"): "who's it; \\' --\na: b\nIn the file: it's",
        ("order_details", "ctid_"): "In the file: ctid",
        ("order_details", "plain"): "By hand.",
    }
    editing.write(workspace, editing.prepare(workspace, Words({"order_details": ""})))
    assert comments(server, "zoo")["order_details", ""] == "In the file: Order Details"


def test_a_word_is_kept_though_its_table_is_gone_from_postgresql(
    server: Server, tmp_path: Path
) -> None:
    assert imports.from_file(databases.make(tmp_path / "odd.sqlite", ODD)).status == 0
    server.run(
        f'ALTER SCHEMA "{Database.objects.get().name}" RENAME TO elsewhere',
        server.settings.data_database,
    )
    workspace = Workspace.objects.get()

    change = editing.prepare(workspace, Words({"Order Details": "Kept."}))

    assert editing.write(workspace, change) == 1
    assert Table.objects.get().description == "Kept."

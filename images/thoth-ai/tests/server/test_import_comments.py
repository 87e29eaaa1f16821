"""What is said about tables and columns is found in PostgreSQL too; run by the session with one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server import bird, databases, imports
from tests.services import application_database
from tests.services.postgres_server import Server
from thoth_ai.postgres import schemas
from thoth_ai.workspaces import comments as following
from thoth_ai.workspaces import editing, reindexing
from thoth_ai.workspaces.editing import ColumnWords, Words
from thoth_ai.workspaces.models import Column, Database, Table, Workspace
from thoth_ai.workspaces.reindexing import Reindexer

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


def say(words: str) -> None:
    workspace = Workspace.objects.get()
    editing.write(workspace, editing.prepare(workspace, Words({"Order Details": words})))


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """As a long VACUUM or a new index of somebody's holds a table."""
    with schemas.importer(server.settings) as holding, holding.transaction():
        holding.execute('LOCK TABLE "zoo"."Order Details" IN SHARE UPDATE EXCLUSIVE MODE')
        yield


def test_words_that_were_taken_back_while_their_table_was_locked_go_later(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert imports.from_file(databases.make(tmp_path / "odd.sqlite", ODD)).status == 0
    say("Nobody shall read this.")
    assert not following.due().exists()
    monkeypatch.setattr(schemas, "LOCK_WAIT", "50ms")

    with locked(server):
        say("")
        assert not Reindexer().work()
        assert comments(server, "zoo")["Order Details", ""] == "Nobody shall read this."
        assert following.due().exists()

    assert Reindexer().work()
    assert ("Order Details", "") not in comments(server, "zoo")
    assert not following.due().exists()


def test_one_locked_database_does_not_hold_up_the_others(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = databases.make(tmp_path / "odd.sqlite", ODD)
    assert imports.from_file(path, name="zoo").status == 0
    assert imports.from_file(path, name="zzz").status == 0
    monkeypatch.setattr(schemas, "LOCK_WAIT", "50ms")
    Table.objects.update(description="By whoever died before the comments.")
    for workspace in Workspace.objects.all():
        following.outdate(workspace)

    with locked(server):
        assert not Reindexer().work()

    assert comments(server, "zzz")["Order Details", ""] == "By whoever died before the comments."
    assert [one.name for one in following.due()] == ["zoo"]


def test_comments_of_an_earlier_version_are_written_anew(server: Server, tmp_path: Path) -> None:
    assert imports.from_file(databases.make(tmp_path / "odd.sqlite", ODD)).status == 0
    sql = """COMMENT ON COLUMN "zoo"."Order Details".plain IS 'said long ago'"""
    server.run(sql, server.settings.data_database)
    Database.objects.update(commented=0)  # as the migration leaves it

    assert reindexing.is_wanted()
    assert Reindexer().work()

    assert comments(server, "zoo") == {("Order Details", "ctid_"): "In the file: ctid"}


def test_words_of_a_replaced_database_are_not_written_into_the_new_one(
    server: Server, tmp_path: Path
) -> None:
    path = databases.make(tmp_path / "odd.sqlite", ODD)
    assert imports.from_file(path).status == 0
    Table.objects.update(description="Of the old one.")
    Database.objects.update(commented=0, file="replaced-meanwhile")

    assert Reindexer().work()

    assert ("Order Details", "") not in comments(server, "zoo")

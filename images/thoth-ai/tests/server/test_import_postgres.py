"""Imports into PostgreSQL; run by the session that has one."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.server import databases, imports
from tests.services import application_database
from tests.services.postgres_server import Server
from thoth_ai.importing import inspection, placing
from thoth_ai.workspaces import readers, removal
from thoth_ai.workspaces.models import Column, Database, Example, Workspace

pytestmark = application_database.needs_postgres
DIRTY = """
    CREATE TABLE kinds (
        id INTEGER PRIMARY KEY, big INTEGER, real_ REAL, wide NUMERIC, flag BOOLEAN, maybe BOOLEAN,
        day DATE, moment DATETIME, wrong_day DATE, mixed INTEGER, untyped, raw BLOB, words TEXT,
        "we""ird ;-- name" TEXT, ctid TEXT, none_ INTEGER
    );
    INSERT INTO kinds VALUES
        (1, 9223372036854775807, 1.1, 0.1, 1, 1, '2020-02-29', '2020-01-01 10:00:00', '2020-02-30',
         1, 1, x'00ff', 'a' || char(0) || 'b', 'x', 'y', NULL),
        (2, -9223372036854775808, -1e308, 12345678901, 0, 7, '1999-12-31', NULL, '2020-01-01',
         'one', 2.5, x'', CAST(x'ff41' AS TEXT), NULL, NULL, NULL),
        (3, NULL, 9e999, 3, NULL, NULL, NULL, '2020-01-01 10:00:01', NULL,
         2.5, 'text', NULL, char(9) || '\\N' || char(10) || '\\.', '', '', NULL);
"""
SHOP = """
    CREATE TABLE Customers (Id INTEGER PRIMARY KEY, Name TEXT NOT NULL UNIQUE, City TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id),
        total REAL, at DATE, lost INTEGER REFERENCES nowhere(x));
    CREATE TABLE lines (a TEXT, b INTEGER, "order" INTEGER REFERENCES orders, PRIMARY KEY (a, b));
    CREATE INDEX by_city ON customers (city);
    INSERT INTO customers VALUES (1, 'Ann', 'Oslo'), (2, 'Bob', 'Rome'), (3, 'Cy', 'oslo');
    INSERT INTO orders VALUES (1, 1, 10.5, '2020-01-01', NULL), (2, 1, 7, '2020-02-01', NULL),
        (3, 2, 3.25, '2021-01-01', NULL), (4, 99, 1, '2021-06-01', NULL);
    INSERT INTO lines VALUES ('x', 1, 1), (NULL, 2, 1), (NULL, 2, 2);
"""


@pytest.fixture
def server(data: Path) -> Server:
    started = application_database.server()
    assert started
    return started


@pytest.fixture
def shop(server: Server, tmp_path: Path) -> Database:
    outcome = imports.from_file(databases.make(tmp_path / "shop.sqlite", SHOP), name="shop")
    assert outcome.status == 0, outcome.last
    return Database.objects.get()


def rows(sql: str, name: str = "shop") -> list[list[Any]]:
    database = Database.objects.get(name=name)
    return [list(row) for row in readers.reader_of(database).run(sql).rows]


def catalogue(server: Server, sql: str) -> list[tuple[Any, ...]]:
    return server.run(sql, server.settings.data_database)


def test_every_value_arrives_as_it_was_or_its_change_is_told(
    server: Server, tmp_path: Path
) -> None:
    outcome = imports.from_file(databases.make(tmp_path / "d.sqlite", DIRTY), name="dirty")

    assert outcome.status == 0, outcome.last
    kinds = dict(Column.objects.values_list("name", "declared_type"))
    assert kinds == {
        "id": "bigint", "big": "bigint", "real_": "double precision", "wide": "numeric",
        "flag": "boolean", "maybe": "bigint", "day": "date", "moment": "timestamp",
        "wrong_day": "text", "mixed": "text", "untyped": "text", "raw": "bytea", "words": "text",
        'we"ird ;-- name': "text", "ctid_": "text", "none_": "bigint",
    }  # fmt: skip
    assert rows("SELECT * FROM kinds ORDER BY id", "dirty") == [
        [1, 9223372036854775807, 1.1, 0.1, 1, 1, "2020-02-29", "2020-01-01 10:00:00",
         "2020-02-30", "1", "1", "0x00ff", None, "x", "y", None],
        [2, -9223372036854775808, -1e308, 12345678901, 0, 7, "1999-12-31", None,
         "2020-01-01", "one", "2.5", "0x", None, None, None, None],
        [3, None, "inf", 3, None, None, None, "2020-01-01 10:00:01",
         None, "2.5", "text", None, "\t\\N\n\\.", "", "", None],
    ]  # fmt: skip
    told = " ".join(outcome.last["warnings"])
    for word in ("wrong_day", "mixed", "words: 2 values", "'ctid' is called 'ctid_'"):
        assert word in told
    assert outcome.last["diverted"] == 2
    assert catalogue(server, 'SELECT * FROM dirty."~rejects" ORDER BY row_key') == [
        ("kinds", "rowid=1", "words", "text", b"a\0b", "holds a NUL"),
        ("kinds", "rowid=2", "words", "text", b"\xffA", "not UTF-8"),
    ]
    assert "kinds.day" not in told


def test_keys_and_references_hold_as_far_as_the_rows_obey(server: Server, tmp_path: Path) -> None:
    outcome = imports.from_file(databases.make(tmp_path / "shop.sqlite", SHOP), name="shop")

    told = outcome.last["warnings"]
    assert any(
        "customer to Customers has 1 rows that point nowhere, such as 99" in one for one in told
    )
    assert any("nowhere, which is not there" in one for one in told)
    assert any("lines: the primary key was not kept" in one for one in told)
    found = catalogue(
        server,
        "SELECT contype::text, convalidated FROM pg_constraint WHERE"
        " connamespace = 'shop'::regnamespace AND contype IN ('p', 'f') ORDER BY 1, 2",
    )
    assert found == [("f", False), ("f", True), ("p", True), ("p", True)]
    indexed = catalogue(server, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'shop'")
    assert any('("City")' in text or "City" in text for (text,) in indexed)
    assert catalogue(
        server,
        "SELECT sum(reltuples) FROM pg_class WHERE relkind = 'r' AND"
        " relnamespace = 'shop'::regnamespace",
    ) == [(10.0,)]


def test_the_reader_reads_this_schema_and_owns_nothing(shop: Database, server: Server) -> None:
    assert rows('SELECT count(*) FROM "Customers"') == [[3]]
    granted = catalogue(
        server,
        "SELECT DISTINCT privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee = 'thoth_reader'",
    )
    assert granted == [("SELECT",)]
    assert (shop.engine, shop.name, shop.bytes > 0) == ("postgres", "shop", True)


def test_examples_are_kept_only_where_both_give_the_same(server: Server, tmp_path: Path) -> None:
    source = databases.make(tmp_path / "shop.sqlite", SHOP)
    questions = [
        ("Who?", "SELECT name FROM customers WHERE ID = 1"),
        ("Per year?", "SELECT strftime('%Y', at) AS y, SUM(TOTAL) FROM orders GROUP BY Y"),
        (
            "Share?",
            "SELECT CAST(COUNT(CASE WHEN city = 'Oslo' THEN 1 END) AS REAL) / 3 FROM Customers",
        ),
        ("Like?", "SELECT COUNT(*) FROM customers WHERE city LIKE 'OSLO'"),
        ("Bare?", "SELECT city, name FROM customers GROUP BY city"),
        ("Wrong?", "SELECT nothing FROM customers"),
        ("Evil?", "DROP TABLE customers"),
    ]
    file = tmp_path / "q.json"
    file.write_text(
        json.dumps(
            [{"db_id": "shop", "question": q, "SQL": sql, "evidence": ""} for q, sql in questions]
        )
    )

    outcome = imports.from_file(source, f"--questions-file={file}", name="shop")

    kept = dict(Example.objects.filter(origin="bird").values_list("question", "sql"))
    rejected = {one["question"]: one["reason"] for one in outcome.last["rejected_examples"]}
    assert {"Who?", "Per year?", "Share?"} <= kept.keys(), rejected
    assert {"Bare?", "Wrong?", "Evil?"} <= rejected.keys()
    assert all(rejected.values())
    for sql in kept.values():
        assert rows(sql)


def test_a_replacement_changes_the_rows_at_once_and_leaves_one_schema(
    shop: Database, server: Server, tmp_path: Path
) -> None:
    new = databases.make(tmp_path / "n.sqlite", "CREATE TABLE t (a INT); INSERT INTO t VALUES (5)")

    outcome = imports.from_file(new, "--replace", name="shop")

    assert outcome.last["replaced"] is True
    assert rows("SELECT a FROM t") == [[5]]
    assert application_database.schemas() == ["shop"]
    assert imports.from_file(new, name="shop").last["code"] == "name_in_use"


def test_examples_of_people_survive_a_replacement_in_their_own_words(
    shop: Database, tmp_path: Path
) -> None:
    sql = 'SELECT "Name" FROM "Customers" WHERE "City" ILIKE \'oslo\''
    Example.objects.create(workspace=shop.workspace, database=shop, question="Oslo?", sql=sql)

    again = databases.make(tmp_path / "again.sqlite", SHOP)
    assert imports.from_file(again, "--replace", name="shop").status == 0

    assert Example.objects.get(question="Oslo?").sql == sql


def test_a_schema_may_be_called_otherwise_than_its_workspace(
    shop: Database, server: Server, tmp_path: Path
) -> None:
    small = databases.make(
        tmp_path / "s.sqlite", "CREATE TABLE t (a INT); INSERT INTO t VALUES (5)"
    )

    outcome = imports.from_file(small, "--schema=farm", name="zoo")

    assert outcome.status == 0, outcome.last
    assert sorted(application_database.schemas()) == ["farm", "shop"]
    assert rows("SELECT a FROM t", "farm") == [[5]]
    assert imports.from_file(small, "--schema=barn", "--replace", name="zoo").status == 0
    assert sorted(application_database.schemas()) == ["barn", "shop"]
    for words, name in ((("--schema=shop",), "other"), ((), "barn")):
        assert imports.from_file(small, *words, name=name).last["code"] == "name_in_use"
    for name in ("public", "pg_temp", "Farm", "a;b"):
        refused = imports.from_file(small, f"--schema={name}", name="other")
        assert (refused.status, refused.last["code"]) == (7, "invalid_name")
    assert catalogue(server, "SELECT a FROM barn.t") == [(5,)]


def test_removing_a_workspace_removes_its_schema(shop: Database) -> None:
    removal.remove(Workspace.objects.get())

    assert application_database.schemas() == []


def test_rows_that_do_not_all_arrive_are_no_import(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = databases.small(tmp_path / "s.sqlite")
    inspect = inspection.inspect

    def miscounted(*arguments: Any) -> Any:  # noqa: ANN401 - passed through
        return tuple(replace(table, rows=table.rows + 1) for table in inspect(*arguments))

    monkeypatch.setattr(inspection, "inspect", miscounted)

    outcome = imports.from_file(path)

    assert (outcome.status, outcome.last["code"]) == (12, "not_verified")
    assert imports.left(settings.DATA_DIR) == []


KILL = "os.kill(os.getpid(), signal.SIGKILL)"
POINTS = {
    "while checking": ("thoth_ai.importing.inspection", "inspect", True),
    "while copying": ("thoth_ai.importing.postgres.keys", "add", False),
    "after copying": ("thoth_ai.postgres.schemas", "grant", False),
    "while looking for joins": ("thoth_ai.importing.finding", "find", False),
    "while making documents": ("thoth_ai.importing.documents", "compose", False),
    "while indexing values": ("thoth_ai.values.making", "make", True),
    "before publishing": ("thoth_ai.postgres.schemas", "publish", False),
    "after publishing": ("thoth_ai.postgres.schemas", "publish", True),
    "before the old goes": ("thoth_ai.workspaces.disposal", "discard", False),
}


@pytest.mark.parametrize("point", POINTS)
def test_wherever_an_import_is_killed_the_old_or_the_new_rows_answer(
    shop: Database, data: Path, tmp_path: Path, point: str
) -> None:
    module, function, after = POINTS[point]
    new = databases.make(tmp_path / "n.sqlite", "CREATE TABLE t (a INT); INSERT INTO t VALUES (5)")
    script = f"""
        import os, signal, django
        django.setup()
        import {module} as place
        original = place.{function}
        def die(*arguments):
            if {after}:
                original(*arguments)
            {KILL}
        place.{function} = die
        from django.core.management import call_command
        call_command("import_bird", "--name=shop", "--replace", "--sqlite-file={new}")
    """
    imports.killed_by(script, data)

    placing.sweep()

    assert application_database.schemas() == ["shop"]
    committed = point == "before the old goes"
    assert Database.objects.get().tables.count() == (1 if committed else 3)
    assert rows("SELECT a FROM t" if committed else "SELECT count(*) FROM orders")
    assert imports.from_file(new, "--replace", name="shop").status == 0
    assert (rows("SELECT a FROM t"), application_database.schemas()) == ([[5]], ["shop"])

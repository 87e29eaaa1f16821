"""A killed import is gone on with, wherever it was; run by the session with PostgreSQL."""

from pathlib import Path

import pytest

from tests.server import databases, imports
from tests.services import application_database
from tests.services.postgres_server import Server
from thoth_ai.importing import placing

pytestmark = application_database.needs_postgres
LINKED = """
    CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a(id), day DATE);
    CREATE TABLE c (a INTEGER REFERENCES a(id), b INTEGER REFERENCES b(id), PRIMARY KEY (a, b));
    CREATE INDEX by_day ON b (day DESC);
    CREATE VIEW named AS SELECT name, day FROM b JOIN a ON a.id = b.a;
    INSERT INTO a VALUES (1, 'one'), (2, 'a' || char(0));
    INSERT INTO b VALUES (1, 1, '2020-01-01'), (2, 2, '2020-02-29');
    INSERT INTO c VALUES (1, 1), (2, 2);
"""
POINTS = {
    "before the first table is done": ("resuming", "remember", 0, 0),
    "when two tables are done": ("resuming", "remember", 2, 2),
    "before linking": ("keys", "forget_references", 0, 3),
    "when the keys are linked": ("views", "add", 0, 3),
    "when all is linked": ("resuming", "end", 0, 3),
}
STATE = """
    SELECT 'constraint', conname, contype::text, convalidated FROM pg_constraint
     WHERE connamespace = 'zoo'::regnamespace
    UNION ALL SELECT relkind::text, relname, '', true FROM pg_class
     WHERE relnamespace = 'zoo'::regnamespace
    UNION ALL SELECT table_name, row_key, reason, true FROM zoo."~rejects"
     ORDER BY 1, 2, 3
"""


def killed(data: Path, path: Path, point: str) -> None:
    """Run an import that kills itself before the call of a function that follows others."""
    module, function, others, _ = POINTS[point]
    script = f"""
        import os, signal, django
        django.setup()
        from thoth_ai.importing.postgres import {module} as place, loading
        loading.MOST_AT_ONCE = 1
        original, seen = place.{function}, []
        def die(*arguments):
            if len(seen) == {others}:
                os.kill(os.getpid(), signal.SIGKILL)
            seen.append(1)
            return original(*arguments)
        place.{function} = die
        from django.core.management import call_command
        call_command("import_bird", "--name=zoo", "--create-workspace", "--sqlite-file={path}")
    """
    imports.killed_by(script, data)


def state(server: Server) -> list[tuple[object, ...]]:
    return server.run(STATE, server.settings.data_database)


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_import_is_gone_on_with_and_ends_as_one_that_was_not(
    data: Path, tmp_path: Path, point: str
) -> None:
    server = application_database.server()
    assert server
    path = databases.make(tmp_path / "l.sqlite", LINKED)
    killed(data, path, point)

    assert placing.sweep(spare_begun=True) == 0
    outcome = imports.from_file(path)

    assert (outcome.status, outcome.last["resumed"]) == (0, POINTS[point][3]), outcome.last
    assert application_database.schemas() == ["zoo"]
    found = state(server)
    assert imports.from_file(path, "--replace").last["resumed"] == 0
    assert found == state(server)
    assert len([one for one in found if one[2] == "f"]) == 3
    assert ("v", "named", "", True) in found

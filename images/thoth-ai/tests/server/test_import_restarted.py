"""PostgreSQL goes away in the middle of an import."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from tests.importing import generated
from tests.server import comparing, imports
from tests.services import application_database
from tests.services.postgres_server import Server
from thoth_ai.importing.postgres import encoding, rejects
from thoth_ai.workspaces.models import Database, Workspace

pytestmark = pytest.mark.skipif(
    not application_database.ON_POSTGRES,
    reason="imports into files here; `make server` runs this on PostgreSQL",
)


@pytest.fixture
def server(data: Path) -> Server:
    started = application_database.server()
    assert started
    return started


@pytest.fixture
def restarting(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Restart the server once, when a table is half through."""
    spool, calls = rejects.Spool.add, []

    def add(self: rejects.Spool, misfits: list[encoding.Misfit]) -> None:
        calls.append(1)
        if len(calls) == 1:
            server.restart()
        spool(self, misfits)

    monkeypatch.setattr(rejects.Spool, "add", add)
    yield calls
    monkeypatch.undo()


def test_after_a_restart_the_rerun_ends_equal(
    server: Server, tmp_path: Path, restarting: list[int]
) -> None:
    made = generated.dirty(tmp_path / "made.sqlite", 20_000)

    first = imports.from_file(made.path)

    assert first.status != 0
    assert first.last["hint"]
    assert first.last["code"] == "postgres"
    connections.close_all()  # as the next process would find them
    getattr(connections["default"], "close_pool")()  # noqa: B009 - only PostgreSQL's has one
    assert not Workspace.objects.exists()
    second = imports.from_file(made.path)
    assert second.status == 0, second.last
    assert (second.last["rows"], second.last["diverted"]) == (made.rows, made.dirt)
    assert application_database.schemas() == ["zoo"]
    tables = Database.objects.get().report["tables"]
    names = {one["source"]: one["name"] for one in tables}
    assert comparing.differences(made.path, server, "zoo", names) == []

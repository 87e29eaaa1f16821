"""PostgreSQL goes away, or its disk is full, in the middle of an import."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections

from tests.importing import generated
from tests.server import comparing, imports
from tests.services import application_database
from tests.services.postgres_server import Server
from thoth_ai.importing.postgres import encoding, rejects
from thoth_ai.workspaces.models import Database, Workspace

pytestmark = application_database.needs_postgres


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
    _as_the_next_process()
    assert not Workspace.objects.exists()
    _ends_equal(server, made)


@pytest.fixture
def small_disk(server: Server) -> Iterator[Callable[[], None]]:
    """Have new tables on a disk that is too small for them, until the call."""
    folder, data = Path(tempfile.mkdtemp(dir="/tmp")), server.settings.data_database
    words = (shutil.which("mount") or "", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder)
    if os.geteuid() or subprocess.run(words, check=False).returncode:
        folder.rmdir()
        pytest.skip("a disk of its own takes root, and the right to mount one")

    def enlarge() -> None:
        server.run(f"ALTER DATABASE {data} RESET default_tablespace")

    try:
        shutil.chown(folder, "postgres", "postgres")
        server.run(f"CREATE TABLESPACE small LOCATION '{folder}'")
        server.run("GRANT CREATE ON TABLESPACE small TO PUBLIC")
        server.run(f"ALTER DATABASE {data} SET default_tablespace = small")
        yield enlarge
        enlarge()
        server.run("DROP TABLESPACE small")
    finally:
        subprocess.run((shutil.which("umount") or "", "--lazy", folder), check=True)
        folder.rmdir()


def test_after_a_full_disk_the_rerun_ends_equal(
    server: Server, data: Path, tmp_path: Path, small_disk: Callable[[], None]
) -> None:
    made = generated.dirty(tmp_path / "made.sqlite", 20_000)

    first = imports.from_file(made.path)

    assert (first.status, first.last["code"]) == (14, "no_space"), first.last
    assert (imports.left(data), Workspace.objects.count()) == ([], 0)
    small_disk()
    _ends_equal(server, made)


def _as_the_next_process() -> None:
    connections.close_all()  # as the next process would find them
    getattr(connections["default"], "close_pool")()  # noqa: B009 - only PostgreSQL's has one


def _ends_equal(server: Server, made: generated.Made) -> None:
    second = imports.from_file(made.path)
    assert second.status == 0, second.last
    assert (second.last["rows"], second.last["diverted"]) == (made.rows, made.dirt)
    assert application_database.schemas() == ["zoo"]
    tables = Database.objects.get().report["tables"]
    names = {one["source"]: one["name"] for one in tables}
    assert comparing.differences(made.path, server, "zoo", names) == []

"""The disk that Docker keeps everything on fills up while a production stack is restored on it."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e.machine import Machine, docker, held, tree
from e2e.own_images import build, builder
from e2e.private_engine import PrivateEngine, private_engine
from e2e.test_backup import QUESTION, finished, tasks
from e2e.test_backup_production import sql
from needs import needs_mounts

from thothctl.model.stack import Image

pytestmark = [needs_mounts, pytest.mark.faults]

MIB = 1024 * 1024
DISK_MIB, ROOM = 14 * 1024, 24 * MIB
"""Of all that the engine has, and what is left of it while something is loaded."""
FILLER = (
    "CREATE TABLE filler AS SELECT n, (SELECT string_agg(md5(n || '.' || m), '')"
    " FROM generate_series(1, 30) m) AS words FROM generate_series(1, 160000) n"
)
"""About 150 MiB, of which little can be left out."""
WAIT = ("--yes", "--timeout", "300")


@dataclass(frozen=True)
class Apart:
    """A production stack on an engine of its own, and a backup of it on another disk."""

    machine: Machine
    engine: PrivateEngine
    backup: str

    @property
    def volumes(self) -> list[str]:
        return sorted(self.machine.left(self.machine.label)["volumes"])

    @property
    def rows(self) -> str:
        said = "SELECT count(*), md5(string_agg(words, '' ORDER BY n)) FROM filler"
        return sql(self.machine, "thoth_data", said)

    def restored_on_a_full_disk(self, subject: str, status: str) -> tuple[int, str]:
        """It is stopped where something begins to be loaded, and goes on without any room."""
        process = self.machine.start("restore", self.backup, *WAIT, "--output", "ndjson")
        held(process, subject, status)
        self.engine.disk.fill(ROOM)
        process.send_signal(signal.SIGCONT)
        code, document = finished(process)
        return code, str(document["errors"][0]["message"])


@pytest.fixture(scope="module")
def apart(
    program: Path, images: None, images_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Apart]:
    ours = [build(one, images_home) for one in ("toolbox", "postgres", "redis", "nginx")]
    server = builder(images_home).find(Image("thoth-ai", "thoth-ai"))
    assert server
    with (
        private_engine(tmp_path_factory.mktemp("apart"), DISK_MIB) as engine,
        pytest.MonkeyPatch.context() as patch,
    ):
        for image in (*ours, server):
            engine.load(image)
        patch.setenv("DOCKER_HOST", engine.host)
        with Machine(program, tmp_path_factory.mktemp("home")) as machine:
            machine.set_up("--mode", "production", "--demo", "--timeout", "300")
            sql(machine, "thoth_data", FILLER)
            yield Apart(machine, engine, str(machine.ok("backup", "create").data["id"]))


@pytest.mark.parametrize(
    ("subject", "status"),
    [("postgres/thoth_data.dump", "restoring"), ("postgres", "loading the databases")],
    ids=["dump", "rows"],
)
def test_f5_a_full_disk_ends_a_restore_and_what_runs_serves_on(
    apart: Apart, subject: str, status: str
) -> None:
    machine, saved = apart.machine, apart.rows
    sql(machine, "thoth_data", "DELETE FROM filler WHERE n % 3 = 0")
    now, volumes, records = apart.rows, apart.volumes, tree(machine.folder, leave=["metrics"])
    try:
        code, told = apart.restored_on_a_full_disk(subject, status)

        assert code == 14, told
        assert "no space left" in told
        assert apart.volumes == volumes
        assert tree(machine.folder, leave=["metrics"]) == records
        assert not tasks(machine)
        assert machine.ok("ask", QUESTION).data["rows"] == [[8]]
        assert apart.rows == now
        refused = machine.json("restore", apart.backup, *WAIT)
        assert refused.code == 14
        assert "GiB are free" in refused.envelope["errors"][0]["message"]
    finally:
        apart.engine.disk.free()

    machine.ok("restore", apart.backup, *WAIT)

    assert apart.rows == saved != now
    assert machine.ok("ask", QUESTION).data["rows"] == [[8]]


def test_f5_a_disk_without_any_room_is_told_before_anything_begins(apart: Apart) -> None:
    """What runs cannot keep anything new then, either; it goes on as soon as there is room."""
    machine, volumes, running = apart.machine, apart.volumes, docker("ps", "-q")
    records = tree(machine.folder, leave=["metrics"])
    apart.engine.disk.fill(0)
    try:
        refused = machine.json("restore", apart.backup, "--again", *WAIT)
    finally:
        apart.engine.disk.free()

    assert refused.code == 14, refused.out
    assert "GiB are free" in refused.envelope["errors"][0]["message"]
    assert apart.volumes == volumes
    assert tree(machine.folder, leave=["metrics"]) == records
    assert docker("ps", "-q") == running
    assert machine.ok("ask", QUESTION).data["rows"] == [[8]]

"""Data comes out as plain files, and in from deployments that others made."""

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e.machine import KEEP, Machine, docker
from e2e.test_backup import QUESTION, tasks
from e2e.test_restore import volume, workspaces


@pytest.fixture(scope="module")
def stack(
    program: Path, images: None, chinook: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with Machine(program, tmp_path_factory.mktemp("moving")) as made:
        made.set_up("--demo", "--timeout", "300")
        made.ok("import-bird", str(chinook), "--name", "chinook")
        yield made


def test_everything_comes_out_as_plain_files_that_need_nothing_of_ours(
    stack: Machine, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    assert stack.ok("export-data", "--to", str(folder), "--plan").data["plan"]
    assert not folder.exists()
    words = "mkdir -p /data/secrets && echo CANARY-OF-A-KEY > /data/secrets/backup_key"
    docker("exec", stack.container(), "sh", "-c", words)

    stack.ok("export-data", "--to", str(folder))

    sums = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    subprocess.run(sums, cwd=folder, check=True)
    told = json.loads((folder / "export.json").read_text())
    assert told["remark"] == ""
    for name, rows in told["files"]["data.tar"].items():
        if "#" in name:
            file, table = name.split("#")
            assert counted(folder / "data" / file, table) == rows
    knowledge = json.loads((folder / "workspaces/chinook.json").read_text())
    assert knowledge["format"] == "thoth-workspace/1"
    everything = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    assert b"CANARY-OF-A-KEY" not in everything
    for secret in (stack.folder / "secrets").iterdir():
        assert secret.read_bytes().strip() not in everything, secret.name
    assert stack.json("export-data", "--to", str(folder)).code == 2
    assert not tasks(stack)


def counted(file: Path, table: str) -> int:
    with closing(sqlite3.connect(file)) as database:
        found = database.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    return int(found[0])


@dataclass(frozen=True)
class HandMade:
    """A Compose project of the server's image as somebody wrote it, with one database."""

    name: str
    folder: Path
    image: str

    @property
    def volume(self) -> str:
        return f"{self.name}_thoth"

    @property
    def container(self) -> str:
        return f"{self.name}-web-1"

    def compose(self, *words: str) -> None:
        subprocess.run(["docker", "compose", *words], cwd=self.folder, check=True)

    def inside(self, *words: str) -> bytes:
        argv = ["docker", "exec", self.container, *words]
        return subprocess.run(argv, check=True, capture_output=True).stdout

    def state(self) -> str:
        """Every byte of its volume, and since when it runs."""
        listed = "find /v -type f ! -name '*-shm' -print0 | sort -z | xargs -0 sha256sum"
        started = docker("inspect", self.container, "--format", "{{.State.StartedAt}}")
        return started + self.looked(listed)

    def looked(self, script: str, *mounts: str) -> str:
        toolbox = docker("images", "-q", "thoth-toolbox").split()[0]
        own = ("--mount", f"type=volume,src={self.volume},dst=/v,readonly")
        words = ("--user", "0:0", "--entrypoint", "sh", *own, *mounts, toolbox, "-c", script)
        return docker("run", "--rm", *words)


@pytest.fixture(scope="module")
def handmade(
    stack: Machine, chinook: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HandMade]:
    folder = tmp_path_factory.mktemp("handmade")
    words = docker("inspect", stack.container(), "--format", "{{.Config.Image}}")
    made = HandMade(f"h{stack.name}", folder, words.strip())
    (folder / "compose.yaml").write_text(
        f"name: {made.name}\nservices:\n  web:\n    image: {made.image}\n"
        "    command: --standalone\n    environment: {LOAD_DEMO: 'false'}\n"
        "    volumes: ['thoth:/data']\nvolumes:\n  thoth:\n"
    )
    try:
        made.compose("up", "--detach", "--wait")
        docker("cp", str(chinook), f"{made.container}:/tmp/c.sqlite")
        words = "import-bird --sqlite-file /tmp/c.sqlite --name music --create-workspace"
        made.inside("sh", "-c", words)
        yield made
    finally:
        if not KEEP:
            made.compose("down", "--volumes")


def test_a_hand_made_project_is_copied_into_an_install_and_stays_as_it_was(
    stack: Machine, handmade: HandMade
) -> None:
    before = handmade.state()
    beside = Machine(stack.program, stack.home, name=f"{stack.name}a")
    plan = beside.ok("import-data", handmade.name, "--plan")
    assert "CopyProject" in json.dumps(plan.data)
    assert beside.name not in str(list((stack.home / "installs").iterdir()))
    try:
        made = beside.ok("import-data", handmade.name, "--yes").data

        assert made["generations"] == {"data": 1}
        assert list(workspaces(beside)) == ["music"]
        assert handmade.state() == before
        assert beside.json("import-data", handmade.name, "--yes").code == 7
    finally:
        beside.run("uninstall", "--purge", "--confirm", beside.name, "--yes")


def test_a_packed_volume_becomes_the_next_generation_and_can_be_undone(
    stack: Machine, handmade: HandMade, tmp_path: Path
) -> None:
    handmade.compose("stop")
    mount = ("--mount", f"type=bind,src={tmp_path},dst=/out")
    handmade.looked("tar czf /out/thoth.tar.gz -C /v .", *mount)
    handmade.compose("start")
    before, served = workspaces(stack), volume(stack)
    packed = tmp_path / "thoth.tar.gz"
    torn = tmp_path / "torn.tar.gz"
    torn.write_bytes(packed.read_bytes()[:-5000])
    assert stack.json("import-data", str(torn), "--yes").code == 12
    assert volume(stack) == served

    stack.ok("import-data", str(packed), "--yes")

    there = workspaces(stack)
    assert "music" in there
    assert "chinook" not in there
    assert volume(stack) != served
    stack.ok("restore", "--undo", "--yes")
    assert workspaces(stack) == before


def test_data_of_another_postgres_major_is_refused_by_what_it_says_of_itself(
    stack: Machine, tmp_path: Path
) -> None:
    (tmp_path / "data/global").mkdir(parents=True)
    (tmp_path / "data/PG_VERSION").write_text("14\n")
    (tmp_path / "data/global/pg_control").write_bytes(b"\0" * 8192)
    subprocess.run(["tar", "czf", tmp_path / "pg.tar.gz", "-C", tmp_path, "data"], check=True)

    done = stack.json("import-data", str(tmp_path / "pg.tar.gz"), "--yes")

    assert done.code == 13
    assert "PostgreSQL 14" in done.envelope["errors"][0]["message"]


def test_a_dump_of_a_checkout_comes_in_beside_what_is_there_once(
    stack: Machine, handmade: HandMade, tmp_path: Path
) -> None:
    dump, before = tmp_path / "dump.json", workspaces(stack)
    words = ("manage.py", "dumpdata", "accounts", "workspaces", "questions")
    dump.write_bytes(handmade.inside(*words))
    lost = stack.json("import-data", str(dump), "--yes")
    docker("cp", f"{handmade.container}:/data/databases", str(tmp_path))

    stack.ok("import-data", str(dump), "--yes")
    stack.ok("import-data", str(dump), "--yes")

    assert lost.code == 7
    assert set(workspaces(stack)) == {*before, "music"}
    words = ("exec", stack.container(), "manage.py", "check_data", "--ask")
    assert json.loads(docker(*words).splitlines()[-1])["problems"] == []
    assert stack.ok("ask", QUESTION).data["rows"] == [[8]]


def test_a_backup_from_inside_the_container_restores_like_any_other(
    stack: Machine, handmade: HandMade, tmp_path: Path
) -> None:
    made = json.loads(handmade.inside("thoth-ai", "backup", "--full"))
    file, key = tmp_path / Path(made["file"]).name, tmp_path / "key"
    docker("cp", f"{handmade.container}:{made['file']}", str(file))
    key.write_bytes(handmade.inside("cat", "/data/secrets/backup_key"))
    verified = stack.ok("backup", "verify", str(file), "--deep", "--identity-file", str(key))
    beside = Machine(stack.program, stack.home, name=f"{stack.name}i")
    words = ("--to-new-install", beside.name, "--identity-file", str(key), "--yes")
    try:
        stack.ok("restore", str(file), *words)

        assert verified.data["parts"] == 3
        assert made["counts"]["thoth.sqlite#workspaces_workspace"] == 1
        assert list(workspaces(beside)) == ["music"]
        own = handmade.inside("cat", "/data/secrets/admin_password").decode()
        assert beside.secret("admin_password").strip() == own.strip()
        assert ".thoth-backup" not in handmade.inside("ls", "-A", "/data").decode()
    finally:
        beside.run("uninstall", "--purge", "--confirm", beside.name, "--yes")

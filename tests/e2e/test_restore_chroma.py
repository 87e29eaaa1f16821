"""A production stack whose vectors lie in Chroma: saved, restored, copied, moved out and in."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e.machine import Machine, docker
from e2e.test_backup import QUESTION
from e2e.test_backup_production import container, sql
from e2e.test_restore import workspaces

PASSWORDS = {
    "postgres_app_password", "postgres_migrator_password", "postgres_superuser_password",
    "redis_password", "api_token", "django_secret_key",
}  # fmt: skip


@pytest.fixture(scope="module")
def stack(
    program: Path, images: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with Machine(program, tmp_path_factory.mktemp("chroma")) as made:
        made.set_up("--mode", "production", "--vector", "chroma", "--demo", "--timeout", "300")
        yield made


def checked(machine: Machine) -> dict[str, Any]:
    """Rows, files and vectors against each other, and one question of each workspace."""
    words = ("exec", container(machine, "app"), "manage.py", "check_data", "--ask")
    found = json.loads(docker(*words).splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_vectors_in_chroma_come_back_with_the_rows_they_belong_to(stack: Machine) -> None:
    before, sound = workspaces(stack), checked(stack)
    made = stack.ok("backup", "create").data
    stack.ok("workspace", "delete", "california_schools", "--yes")
    assert not workspaces(stack)

    done = stack.ok("restore", str(made["id"]), "--yes", "--timeout", "300").data

    assert set(done["stores"]) == {"data", "postgres", "redis", "chroma"}
    assert workspaces(stack) == before
    after = checked(stack)
    assert (after["problems"], after["points"]) == ([], sound["points"])
    assert stack.ok("ask", QUESTION).data["rows"] == [[8]]
    assert stack.ok("backup", "show", str(made["id"])).data["manifest"]["sizes"]["postgres"] > 0


def test_a_copy_beside_has_passwords_of_its_own_and_the_same_data(stack: Machine) -> None:
    beside = Machine(stack.program, stack.home, name=f"{stack.name}b")
    stack.ok("backup", "create")
    try:
        words = ("--to-new-install", beside.name, "--yes", "--timeout", "300")
        stack.ok("restore", "latest", *words)

        assert workspaces(beside) == workspaces(stack)
        assert checked(beside)["problems"] == []
        same = {name for name in PASSWORDS if beside.secret(name) == stack.secret(name)}
        assert same == set()
        assert beside.secret("admin_password") == stack.secret("admin_password")
    finally:
        beside.run("uninstall", "--purge", "--confirm", beside.name, "--yes")


def test_dumps_come_out_readable_and_without_passwords(stack: Machine, tmp_path: Path) -> None:
    schools = sql(stack, "thoth_data", "SELECT count(*) FROM california_schools.schools")
    folder = tmp_path / "out"

    stack.ok("export-data", "--to", str(folder))

    told = json.loads((folder / "export.json").read_text())["files"]
    assert told["postgres/thoth_data.dump"]["california_schools.schools"] == int(schools)
    toolbox = docker("images", "-q", "thoth-toolbox").split()[0]
    mount = ("--user", "0:0", "--mount", f"type=bind,src={folder},dst=/x,readonly")
    listed = docker(
        "run", "--rm", *mount, toolbox, "pg_restore", "-f", "-", "/x/postgres/thoth.dump"
    )
    assert "COPY public.workspaces_workspace" in listed
    assert "PASSWORD" not in (folder / "postgres/globals.sql").read_text()
    assert list((folder / "chroma").iterdir())
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=True)


def test_a_packed_volume_of_postgres_becomes_the_next_generation(
    stack: Machine, tmp_path: Path
) -> None:
    before = workspaces(stack)
    stack.ok("stop")
    volume = docker("volume", "ls", "-q", "--filter", f"name=thoth-{stack.name}_postgres_").split()
    toolbox = docker("images", "-q", "thoth-toolbox").split()[0]
    mounts = ("--mount", f"type=volume,src={volume[-1]},dst=/v,readonly", "--mount",
              f"type=bind,src={tmp_path},dst=/out")  # fmt: skip
    docker("run", "--rm", "--user", "0:0", *mounts, toolbox, "tar", "czf", "/out/p.tar.gz", "/v")
    stack.ok("start")

    done = stack.ok("import-data", str(tmp_path / "p.tar.gz"), "--yes", "--timeout", "300").data

    assert done["generations"]["postgres"] > 1
    assert workspaces(stack) == before
    assert checked(stack)["problems"] == []

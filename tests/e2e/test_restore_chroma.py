"""A production stack whose vectors lie in Chroma: saved, restored, copied, moved out and in."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e.drills import left_of_drill
from e2e.machine import Machine, docker
from e2e.test_backup import QUESTION
from e2e.test_backup_production import container, sql
from e2e.test_restore import workspaces
from e2e.writing import back_up_amid_writing

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


def redis(machine: Machine, *words: str) -> str:
    return docker("exec", container(machine, "redis"), "redis-operator", *words).strip()


def test_vectors_in_chroma_come_back_with_the_rows_they_belong_to_under_the_passwords_of_today(
    stack: Machine,
) -> None:
    before, sound = workspaces(stack), checked(stack)
    made = stack.ok("backup", "create").data
    password = stack.secret("postgres_app_password")
    stack.ok("secrets", "rotate", "postgres_app_password", "--timeout", "120")
    today = {name: stack.secret(name) for name in PASSWORDS}
    assert today["postgres_app_password"] != password
    stack.ok("workspace", "delete", "california_schools", "--yes")
    assert not workspaces(stack)

    done = stack.ok("restore", str(made["id"]), "--yes", "--timeout", "300").data

    assert set(done["stores"]) == {"data", "postgres", "redis", "chroma"}
    assert workspaces(stack) == before
    after = checked(stack)
    assert (after["problems"], after["points"]) == ([], sound["points"])
    assert stack.ok("ask", QUESTION).data["rows"] == [[8]]
    assert stack.ok("backup", "show", str(made["id"])).data["manifest"]["sizes"]["postgres"] > 0
    assert {name: stack.secret(name) for name in PASSWORDS} == today


def test_one_store_alone_comes_back_and_the_others_stay_what_they_are(stack: Machine) -> None:
    redis(stack, "SET", "probe", "then")
    made = str(stack.ok("backup", "create").data["id"])
    redis(stack, "SET", "probe", "now")
    sql(stack, "thoth", "UPDATE workspaces_workspace SET notice = 'written since'")
    before = generations(stack)

    assert stack.json("restore", made, "--only", "nothing", "--yes").code == 2
    done = stack.ok("restore", made, "--only", "redis", "--yes", "--timeout", "300").data

    assert done["stores"] == {"redis": before["redis"] + 1}
    assert generations(stack) == {**before, **done["stores"]}
    assert redis(stack, "GET", "probe") == "then"
    assert sql(stack, "thoth", "SELECT notice FROM workspaces_workspace") == "written since"
    assert checked(stack)["problems"] == []


def generations(machine: Machine) -> dict[str, int]:
    """Which of its volumes each store is really served from."""
    label = f"label=com.docker.compose.project=thoth-{machine.name}"
    words = "{{range .Mounts}}{{.Name}} {{end}}"
    every = docker("ps", "-q", "--filter", label).split()
    names = docker("inspect", *every, "--format", words).split()
    found = (name.removeprefix(f"thoth-{machine.name}_").split("_g") for name in names)
    return {parts[0]: int(parts[1]) for parts in found if len(parts) == 2}


def test_what_is_saved_while_others_write_belongs_together_which_a_drill_proves(
    stack: Machine,
) -> None:
    """A drill compares rows, vectors and files, and asks."""
    before = generations(stack)
    back_up_amid_writing(stack)

    told = stack.ok("backup", "drill", "--timeout", "300").data

    assert told["questions"] > 0
    assert not left_of_drill(stack)
    assert generations(stack) == before


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

"""A hand-made project whose data is in PostgreSQL, adopted though its loading was killed."""

import json
import secrets
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e.killing import Moment, kill_at
from e2e.machine import KEEP, LABEL, Machine, docker
from e2e.test_backup import tasks
from e2e.test_restore import workspaces

SCRIPT = Path(__file__).parents[2] / "docs/reference/postgres.sql"
ROLES = ("migrator", "app", "importer", "reader")
OURS = "LOCALE ''C.UTF-8'"
THEIRS = "LOCALE_PROVIDER libc LOCALE ''en_US.utf8'"
ORDERS = "SELECT DISTINCT datcollate FROM pg_database WHERE datname LIKE 'thoth%'"
COMPOSE = """
name: {name}
services:
  db:
    image: {postgres}
    environment: {{POSTGRES_ROLE_FILES: "{files}"}}
    volumes:
      - db:/data
      - ./roles.sql:/etc/postgresql/init.d/010.sql:ro
      - ./password:/run/password:ro
  setup:
    image: {server}
    command: setup
    environment: &environment {environment}
    depends_on: {{db: {{condition: service_healthy}}}}
  web:
    image: {server}
    command: serve
    environment: *environment
    volumes: ['thoth:/data']
    depends_on: {{setup: {{condition: service_completed_successfully}}}}
volumes: {{thoth: , db: }}
"""


@dataclass(frozen=True)
class HandMade:
    """A server, its setup and a PostgreSQL, as somebody wrote them."""

    name: str
    folder: Path

    def compose(self, *words: str) -> None:
        subprocess.run(["docker", "compose", *words], cwd=self.folder, check=True)

    def inside(self, service: str, *words: str) -> str:
        return docker("exec", f"{self.name}-{service}-1", *words)

    def since(self) -> str:
        names = [f"{self.name}-{service}-1" for service in ("web", "db")]
        return docker("inspect", *names, "--format", "{{.State.StartedAt}} {{.State.Paused}}")


def written(folder: Path, name: str, images: dict[str, str]) -> None:
    password = secrets.token_urlsafe(24)
    environment = {f"POSTGRES_{role.upper()}_PASSWORD": password for role in ROLES}
    environment |= {"POSTGRES_HOST": "db", "LOAD_DEMO": "false"}
    (folder / "password").write_text(password + "\n")
    (folder / "roles.sql").write_text(SCRIPT.read_text().replace(OURS, THEIRS))
    files = " ".join(f"thoth_{role}=/run/password" for role in ROLES)
    text = COMPOSE.format(
        name=name,
        postgres=images["thoth-postgres"],
        server=images["thoth-ai"],
        files=files,
        environment=json.dumps(environment),
    )
    (folder / "compose.yaml").write_text(text)


@pytest.fixture(scope="module")
def handmade(
    program: Path, images: None, chinook: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[HandMade, Machine]]:
    tmp_path = tmp_path_factory.mktemp("handmade")
    machine = Machine(program, tmp_path / "home")
    there = machine.ok("images", "build", "--mode", "production").data["images"]
    made = HandMade(f"h{machine.name}", tmp_path / "project")
    made.folder.mkdir(mode=0o755)
    written(made.folder, made.name, there)
    try:
        made.compose("up", "--detach", "--wait", "web")
        docker("cp", str(chinook), f"{made.name}-web-1:/tmp/c.sqlite")
        words = "import-bird --sqlite-file /tmp/c.sqlite --name music --create-workspace"
        made.inside("web", "sh", "-c", words)
        yield made, machine
    finally:
        if not KEEP:
            machine.clean()
            made.compose("down", "--volumes")


def loading(machine: Machine) -> bool:
    """The new cluster is being made; the container that does it is left to its own devices."""
    if not (machine.folder / "install.json").exists():
        return False
    own = ("--no-trunc", "--filter", f"label={LABEL}={machine.label}")
    return "thoth-load" in docker("ps", *own, "--format", "{{.Command}}")


def rows_of(file: Path) -> dict[str, int]:
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    with closing(sqlite3.connect(file)) as database:
        names = [name for (name,) in database.execute(tables)]
        return {n: database.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in names}


def order_of(container: str) -> str:
    return docker("exec", container, "psql", "-X", "-At", "-c", ORDERS, "postgres").strip()


def refuse_lost(machine: Machine, chinook: Path) -> None:
    assert list(workspaces(machine)) == ["music"]
    (database,) = machine.ok("workspace", "show", "music").data["databases"]
    assert {table["name"]: table["rows"] for table in database["tables"]} == rows_of(chinook)


def test_f2_a_project_with_postgresql_is_adopted_though_its_loading_was_killed(
    handmade: tuple[HandMade, Machine], chinook: Path
) -> None:
    project, machine = handmade
    before = project.since()
    words = ("import-data", project.name, "--yes")
    plan = machine.ok(*words, "--plan").data["plan"]
    copy = next(n for n, line in enumerate(plan[1:]) if "CopyProject" in line)

    assert kill_at(machine, Moment(words, copy, also=lambda: loading(machine)))
    assert project.since() == before
    machine.ok("resume", "--yes")

    refuse_lost(machine, chinook)
    assert project.since() == before
    assert not tasks(machine)
    assert order_of(f"{project.name}-db-1") == "en_US.utf8"
    assert order_of(f"thoth-{machine.name}-postgres-1") == "en_US.utf8"


def test_the_packed_volume_of_another_image_is_read_with_the_order_it_was_made_with(
    handmade: tuple[HandMade, Machine], chinook: Path, tmp_path: Path
) -> None:
    project, machine = handmade
    machine.ok("workspace", "delete", "music", "--yes")
    project.compose("stop")
    packed = tmp_path / "pg.tar.gz"
    mount = f"type=volume,src={project.name}_db,dst=/v,readonly"
    image = docker("inspect", f"{project.name}-db-1", "--format", "{{.Image}}").strip()
    tar = (
        "--user",
        "0",
        "--mount",
        mount,
        "--entrypoint",
        "tar",
        image,
        "czf",
        "-",
        "-C",
        "/v",
        ".",
    )
    with packed.open("wb") as file:
        subprocess.run(
            ["docker", "run", "--rm", "--network", "none", *tar], stdout=file, check=True
        )

    machine.ok("import-data", str(packed), "--yes")

    refuse_lost(machine, chinook)
    assert order_of(f"thoth-{machine.name}-postgres-1") == "en_US.utf8"

"""The releases of the stand-in stack: made from one build file in seconds, put into a registry."""

import json
import os
import subprocess
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from e2e.machine import Machine, docker
from e2e.own_images import build, builder
from e2e.registry_box import RegistryBox

FOLDER = Path(__file__).parents[1] / "stand_in"
STACK = FOLDER / "stack.yaml"
VERSIONS: Mapping[str, Mapping[str, str]] = {
    "1.0.0": {"DATABASE_REVISION": "0001", "REVERSIBLE_TO": "0001"},
    "1.0.1": {"DATABASE_REVISION": "0001", "REVERSIBLE_TO": "0001"},
    "1.1.0": {"DATABASE_REVISION": "0002", "REVERSIBLE_TO": "0001"},
    "1.2.0": {"DATABASE_REVISION": "0003", "REVERSIBLE_TO": "0003"},
    "1.3.0": {"DATABASE_REVISION": "0003", "REVERSIBLE_TO": "0003"},
    "1.4.0": {"DATABASE_REVISION": "0003", "REVERSIBLE_TO": "0003"},
    "1.5.0": {"DATABASE_REVISION": "0004", "REVERSIBLE_TO": "0004"},
}
"""1.1.0 has a reversible migration, 1.2.0 an irreversible one, 1.3.0 cannot start, 1.4.0 ends
itself after a while, and the migration of 1.5.0 never ends."""
OLDER = "thoth-test-postgres:15"
CONTEXT = Path(__file__).parents[2] / "images/postgres"
QUESTION = "How many vectors are there?"


@dataclass
class Shelf:
    """A registry with versions of the stand-in."""

    registry: RegistryBox
    home: Path
    beside: tuple[str, ...] = ("postgres",)
    """Images of the product that every version has as well."""

    def put(self, version: str, *, postgres: str = "", **labels: str) -> None:
        """Build a version and push it, with an image of the database beside it: our own, or one."""
        base = builder(self.home).base()
        own = {"BASE_IMAGE": base, "VERSION": version, "SOURCE_HASH": self.registry.name}
        arguments = {**own, **VERSIONS.get(version, {}), **labels}
        words = [w for key, value in arguments.items() for w in ("--build-arg", f"{key}={value}")]
        tag = f"thoth-test-stand-in:{self.registry.name}-{version}"
        docker("buildx", "build", "--load", "-q", "-t", tag, *words, str(FOLDER / "server"))
        environment = dict(os.environ)
        self.registry.push(tag, "stand-in", version, environment)
        for name in self.beside:
            other = postgres if name == "postgres" else ""
            image = other or build(name, self.home)
            self.registry.push(image, f"thoth-{name}", version, environment)
        docker("rmi", tag)

    def put_heavy(self, version: str, *, like: str, mebibytes: int, folder: Path) -> None:
        """Push a version once more as another, with so much that nothing packs.

        It is not built: the engine would keep a built layer, and never pull it.
        """
        (folder / "much").write_bytes(os.urandom(mebibytes << 20))
        tag = f"thoth-test-stand-in:{self.registry.name}-{version}"
        made = docker("create", f"{self.registry.host}/stand-in:{like}").strip()
        docker("cp", str(folder / "much"), f"{made}:/much")
        changes = (f"LABEL io.thoth.version={version}", f"ENV VERSION={version}")
        docker("commit", *(w for one in changes for w in ("--change", one)), made, tag)
        docker("rm", made)
        self.registry.push(tag, "stand-in", version, dict(os.environ))
        for name in self.beside:
            self.registry.retag(f"thoth-{name}", like, version)
        docker("rmi", tag)


def older_postgres(home: Path) -> str:
    """An image of ours with PostgreSQL 15."""
    base = builder(home).base()
    docker("buildx", "build", "--load", "-q", "-t", OLDER, "--build-arg", f"BASE_IMAGE={base}",
           "-f", str(FOLDER / "postgres_15/Dockerfile"), str(CONTEXT))  # fmt: skip
    return OLDER


def set_up(machine: Machine, registry: str, version: str, *words: str) -> None:
    """Install a version of the stand-in."""
    machine.ok(
        "setup", "--stack", str(STACK), "--registry", registry, "--version", version, "--yes",
        "--port", str(machine.port), *words,
    )  # fmt: skip


def post(machine: Machine, path: str, body: object) -> Any:  # noqa: ANN401 - JSON
    """Ask the running server for something."""
    request = urllib.request.Request(
        f"{machine.url}{path}",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {machine.secret('api_token').strip()}"},
    )
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)


def version_served(machine: Machine) -> str:
    """Which version answers."""
    with urllib.request.urlopen(f"{machine.url}/health/", timeout=10) as reply:
        return str(json.load(reply)["version"])


def database(machine: Machine, statement: str, name: str = "thoth") -> str:
    """What the real PostgreSQL says, asked beside the server."""
    found = docker(
        "ps", "-q", "--filter", f"label=com.docker.compose.project=thoth-{machine.name}",
        "--filter", "label=com.docker.compose.service=postgres",
    ).strip()  # fmt: skip
    done = subprocess.run(
        ["docker", "exec", found, "psql", "-XAtd", name, "-c", statement],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def data(machine: Machine, name: str = "thoth") -> str:
    """Every row and every vector, to be compared."""
    rows = database(machine, "SELECT id, text FROM entries ORDER BY id", name)
    return rows + database(machine, "SELECT id, place FROM vectors ORDER BY id", name)


def served(machine: Machine) -> str:
    """The rows and vectors of the database that the active release has."""
    releases = machine.ok("releases").data["releases"]
    active = next(one for one in releases if one["outcome"] == "active")
    number = active["databases"].get("application", 1)
    return data(machine, "thoth" if number == 1 else f"thoth_g{number}")

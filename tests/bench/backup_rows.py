"""What the bench of backups measures with, and the rows of its table."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from e2e.machine import Machine, docker
from e2e.own_images import builder

MIB = 1024 * 1024
RECIPE = "thoth-bench-recipe:latest"


@dataclass(frozen=True)
class Row:
    """What was measured, and what was promised of it."""

    what: str
    measured: str
    target: str = "-"
    good: bool = True

    def text(self) -> str:
        kept = ("yes" if self.good else "NO") if self.target != "-" else "-"
        return f"| {self.what} | {self.measured} | {self.target} | {kept} |"


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def create(machine: Machine, *words: str) -> tuple[dict[str, Any], float]:
    """What the command says of the backup, and how long the whole command took."""
    began = time.perf_counter()
    made = machine.ok("backup", "create", *words).data
    return made, time.perf_counter() - began


def loading(machine: Machine, backup: str, folder: str) -> float:
    """How long the step took that loads a store, as the events tell it."""
    done = machine.run("restore", backup, "--from", folder, "--yes", "--output", "ndjson",
                       "--timeout", "300")  # fmt: skip
    assert done.code == 0, done.err
    found = [float(one["seconds"]) for line in done.err.splitlines() + done.out.splitlines()
             if line.startswith("{") and (one := json.loads(line)).get("title") == "Load"
             and "seconds" in one]  # fmt: skip
    assert found, "no event tells of the step that loads"
    return sum(found)


def recipe(home: Path) -> str:
    """The image that the usual recipe runs: BusyBox has its tar and its gzip."""
    folder = Path(__file__).parent / "recipe"
    docker("buildx", "build", "--load", "-q", "-t", RECIPE,
           "--build-arg", f"BASE_IMAGE={builder(home).base()}", str(folder))  # fmt: skip
    return RECIPE


def by_hand(stack: Machine, folder: str, image: str, *words: str) -> float:
    """The seconds of a container that has the volume in /data and the folder in /backup."""
    mounted = '{{range .Mounts}}{{if eq .Destination "/data"}}{{.Name}}{{end}}{{end}}'
    volume = docker("inspect", stack.container(), "--format", mounted).strip()
    mounts = ("-v", f"{volume}:/data:ro", "-v", f"{folder}:/backup")
    known = ("--label", f"com.docker.compose.project=thoth-{stack.name}")  # goes with the machine
    run = ("run", "--rm", "--user", "0:0", *known, "--entrypoint", words[0], *mounts, image)
    return seconds(lambda: docker(*run, *words[1:]))


@contextmanager
def place() -> Iterator[str]:
    """A folder for backups that is gone afterwards, whoever they belong to."""
    with TemporaryDirectory(prefix="thothctl-bench-") as folder:
        yield folder


def piped(argv: list[str], path: Path) -> None:
    """What a program writes, in a file."""
    with path.open("wb") as file:
        subprocess.run(argv, check=True, stdout=file)

"""Drills that are under way, and what there is of them."""

import json
from typing import TYPE_CHECKING

from e2e.machine import Machine, docker, events

if TYPE_CHECKING:
    import subprocess


def drill_that_loads(machine: Machine) -> "subprocess.Popen[str]":
    """A drill that has begun to fill its first store."""
    process: subprocess.Popen[str] = machine.start("backup", "drill", "--output", "ndjson")
    next(event for event in events(process) if event.get("title") == "Load")
    return process


def left_of_drill(machine: Machine) -> list[str]:
    """Volumes, networks, containers and records of the last one."""
    journal = max((machine.home / f"journal/{machine.name}.drill").iterdir())
    steps = json.loads(journal.read_text().splitlines()[0])["plan"]["steps"]
    name = next(one["name"] for one in steps if one["step"] == "RemoveDrill")
    kinds = (("volume", "ls", "-q"), ("network", "ls", "-q"), ("ps", "-aq"))
    found = [docker(*words, "--filter", f"name=thoth-{name}") for words in kinds]
    return [*"".join(found).split(), *map(str, (machine.home / "installs").glob(name))]

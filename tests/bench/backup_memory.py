"""How much memory a command needs: that of its own programs, and of its containers' programs."""

import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Self

from e2e.machine import LABEL, Machine, docker

PAUSE_SECONDS = 0.2
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
ASKS = (
    "import resource, subprocess, sys;"
    "subprocess.run(sys.argv[1:], check=True, stdout=sys.stderr);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)
"""A process of its own asks for its children, so that one run does not hide in another's."""


def peaks(stack: Machine, *words: str) -> tuple[float, float]:
    """The MiB of the largest program here, and of the largest in the containers it started."""
    with InContainers(stack) as watched:
        asked = [sys.executable, "-c", ASKS, *stack.argv(*words)]
        done = subprocess.run(asked, env=stack.environment, check=True, capture_output=True)
    return int(done.stdout.split()[-1]) / 1024, watched.kib / 1024


class InContainers:
    """Looks at the programs of the tasks again and again; 0 where the engine runs elsewhere."""

    def __init__(self, stack: Machine) -> None:
        self._chosen = (
            "--filter",
            f"label={LABEL}={stack.label}",
            "--filter",
            "label=io.thoth.task",
        )
        self._over, self._thread = Event(), Thread(target=self._look)
        self.kib = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(PAUSE_SECONDS):
            for container in docker("ps", "-q", "--no-trunc", *self._chosen).split():
                self.kib = max([self.kib, *programs_of(container)])


def programs_of(container: str) -> list[int]:
    """The most that each of its programs ever had, in KiB."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            if container in (process / "cgroup").read_text():
                found += [int(kib) for kib in PEAK.findall((process / "status").read_text())]
    return found

"""What one way of importing took, and what is promised of it."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

RUNS = int(os.environ.get("THOTH_BENCH_RUNS", "3"))
MIB = 1024 * 1024


@dataclass
class Measured:
    """One way of importing one file."""

    what: str
    seconds: float
    rows: int
    memory: float = 0.0
    lost: int = 0
    altered: int = 0
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def wall(self) -> float:
        """Return the seconds without verification, keys and indexes.

        Tables side by side overlap; a second connection halves what the parts took at most.
        """
        return self.seconds - sum(self.parts.values()) / min(4, len(os.sched_getaffinity(0)))


@dataclass(frozen=True)
class Bar:
    """What is promised, and what came of it."""

    what: str
    value: float
    limit: float
    least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.least else self.value <= self.limit

    def line(self) -> str:
        sign = "≥" if self.least else "≤"
        return f"{'ok    ' if self.holds else 'MISSED'} {self.what}: {self.value:.2f} ({sign} {self.limit:g})"


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


@contextmanager
def watched() -> Iterator[list[float]]:
    """Give the growth of this process's memory, looked at fifty times a second."""
    before, grown, ended = resident(), [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            grown[0] = max(grown[0], resident() - before)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield grown
    finally:
        ended.set()
        thread.join()


@contextmanager
def timed(module: object, name: str, parts: dict[str, float]) -> Iterator[None]:
    """Add up what a function takes; tables side by side count once each."""
    original = getattr(module, name)

    def measured(*arguments: object) -> object:
        began = time.perf_counter()
        try:
            return original(*arguments)
        finally:
            parts[name] = parts.get(name, 0.0) + time.perf_counter() - began

    setattr(module, name, measured)
    try:
        yield
    finally:
        setattr(module, name, original)


def repeated(what: Callable[[int], Measured]) -> Measured:
    """Return the run in the middle."""
    found = sorted((what(number) for number in range(RUNS)), key=lambda one: one.seconds)
    middle = found[len(found) // 2]
    middle.memory = max(one.memory for one in found)
    middle.lost, middle.altered = max(one.lost for one in found), max(one.altered for one in found)
    return middle

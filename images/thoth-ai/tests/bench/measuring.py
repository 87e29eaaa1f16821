"""What one way of doing something took, and what is promised of it."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

MIB = 1024 * 1024
Found = TypeVar("Found")


@dataclass(frozen=True)
class Measured:
    """One way of importing one file.

    Of a rival, what it altered is known of some columns only, and the memory of one that is a
    program of its own is all it had.
    """

    what: str
    seconds: float
    rows: int
    lost: int = 0
    altered: int | None = None
    memory: float | None = None
    processor: float | None = None


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


def fresh(run: Callable[..., Found], *arguments: object) -> Found:
    """Run something in a new process, whose memory nobody has used before."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(run, *arguments).result()


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

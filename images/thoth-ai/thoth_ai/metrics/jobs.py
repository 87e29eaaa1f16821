"""How the queue of long jobs is watched: whoever runs it says so here."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from thoth_ai.errors import PutBackError
from thoth_ai.metrics import registry


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many jobs of a kind wait, and for how long the first of them has."""

    jobs: int
    oldest_seconds: float


Look = Callable[[], dict[str, Waiting]]
_looks: list[Look] = []


def watch(look: Look) -> None:
    """Ask this about the queue at every reading; the latest one given counts."""
    _looks[:] = [look]


def waiting() -> dict[str, Waiting]:
    """Return what waits, by kind; nothing where no queue is used."""
    return _looks[0]() if _looks else {}


@contextmanager
def counted(kind: str) -> Iterator[None]:
    """Count and time one job; whatever it raises makes it a failed one."""
    started = time.monotonic()
    outcome = "failed"
    try:
        with registry.JOBS_RUNNING.labels(kind=kind).track_inprogress():
            yield
        outcome = "done"
    except PutBackError:
        outcome = "put back"
        raise
    finally:
        registry.JOBS.labels(kind=kind, outcome=outcome).inc()
        registry.JOB_SECONDS.labels(kind=kind).observe(time.monotonic() - started)

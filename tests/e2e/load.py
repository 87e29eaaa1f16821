"""A load generator on loopback: how many requests failed, and how long nothing answered."""

import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(frozen=True)
class Tally:
    """What became of the requests; `downtime` is the longest time without one that succeeded."""

    requests: int
    failed: int
    downtime: float


@dataclass
class Load:
    """Asks again and again while the body runs, and at least `least` times."""

    url: str
    least: int = 1000
    workers: int = 4
    pause: float = 0.005
    limit: float = 300
    _ended: threading.Event = field(default_factory=threading.Event)
    _said: list[tuple[float, bool]] = field(default_factory=list)

    def __enter__(self) -> "Load":  # noqa: PYI034 - a dataclass without heirs
        self._began = time.monotonic()
        self._threads = [threading.Thread(target=self._ask) for _ in range(self.workers)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        pause = threading.Event()
        while not (self._ended.is_set() and len(self._said) >= self.least):
            if time.monotonic() - self._began > self.limit:
                return
            self._said.append((time.monotonic(), self._one()))
            pause.wait(self.pause)

    def _one(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=5) as reply:
                return bool(reply.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    @property
    def tally(self) -> Tally:
        """The sum of it; read it after the body."""
        good = sorted(at for at, fine in self._said if fine)
        gaps = (after - before for before, after in pairwise(good))
        failed = sum(not fine for _, fine in self._said)
        return Tally(len(self._said), failed, max(gaps, default=float("inf")) if failed else 0.0)

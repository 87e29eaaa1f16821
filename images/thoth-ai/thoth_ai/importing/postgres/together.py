"""Several tables at once: a thread and a connection for each, and one that listens to them."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from thoth_ai.importing.postgres import resuming
from thoth_ai.importing.postgres.copying import Copying
from thoth_ai.importing.postgres.report import TableReport
from thoth_ai.postgres.schemas import Connection

PAUSE = 0.2
Connecting = Callable[[], AbstractContextManager[Connection]]


class StoppedError(Exception):
    """Another table failed, or nobody wants the rest any more."""


@dataclass(slots=True)
class Together:
    """Runs copies; whoever started them hears of it in his own thread."""

    threads: int
    rows: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    done: SimpleQueue[TableReport] = field(default_factory=SimpleQueue)
    connections: list[Connection] = field(default_factory=list)

    def heard(self, rows: int, _misfits: int) -> None:
        """Count rows as they pass; raises StoppedError when all is over."""
        if self.stopping.is_set():
            raise StoppedError
        with self.lock:
            self.rows += rows

    def run(
        self, copies: Sequence[Copying], connecting: Connecting, told: Callable[[int], None]
    ) -> Iterator[TableReport]:
        """Return each table's report as it comes; the first failure ends them all."""
        waiting: SimpleQueue[Copying] = SimpleQueue()
        for copy in copies:
            waiting.put(copy)
        with ThreadPoolExecutor(self.threads, thread_name_prefix="load") as pool:
            running = {pool.submit(self._work, waiting, connecting) for _ in range(self.threads)}
            try:
                while running:
                    ended, running = wait(running, PAUSE, return_when=FIRST_COMPLETED)
                    _raise_first(ended)
                    told(self.rows)
                    yield from self._reports()
            finally:
                self.stopping.set()
                for connection in self.connections if running else ():
                    connection.cancel()

    def _work(self, waiting: "SimpleQueue[Copying]", connecting: Connecting) -> None:
        try:
            with connecting() as connection:
                self.connections.append(connection)
                while not self.stopping.is_set():
                    copy = waiting.get_nowait()
                    with connection.transaction():
                        report = copy.run(connection)
                        resuming.remember(connection, report)
                    self.done.put(report)
        except Empty:
            return

    def _reports(self) -> Iterator[TableReport]:
        while not self.done.empty():
            yield self.done.get()


def _raise_first(ended: "set[Future[None]]") -> None:
    errors = [error for one in ended if (error := one.exception())]
    for error in sorted(errors, key=lambda one: isinstance(one, StoppedError)):
        raise error

"""The steps of SQLite's backup, which itself begins again after a write and waits for ever."""

import sqlite3
import sys
from dataclasses import dataclass

from thoth_ai.errors import ServerError
from thoth_ai.importing.reporting import Phase, Progress

RESTARTS = 3
BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def steps_of(read: sqlite3.Connection, name: str, reporter: Progress) -> "Steps":
    """Return what hears of them; a database with a write-ahead log is read as it is now."""
    (size,) = read.execute("PRAGMA page_size").fetchone()
    if read.execute("PRAGMA journal_mode").fetchone() == ("wal",):
        _hold(read)
    return Steps(read, name, size, reporter)


@dataclass(slots=True)
class Steps:
    """Tells how far the copy is; gives up on a lock, and holds off a writer who comes too often."""

    read: sqlite3.Connection
    name: str
    size: int
    reporter: Progress
    left: int = sys.maxsize
    restarts: int = 0

    def __call__(self, status: int, left: int, total: int) -> None:
        """Hear of one."""
        if status & 0xFF in BUSY:
            raise locked(self.name)
        done = total - left
        self.reporter.progress(Phase.RECEIVE, done * self.size, total * self.size, "bytes")
        self.restarts += left >= self.left
        self.left = left
        if self.restarts == RESTARTS and not self.read.in_transaction:
            _hold(self.read)


def locked(name: str) -> ServerError:
    """Return the refusal of a file that another program does not let go of."""
    return ServerError(
        f"{name} is locked by another program.",
        hint="Close the program that writes to it, then import again.",
        code="locked",
    )


def _hold(read: sqlite3.Connection) -> None:
    """Go on reading the database as it is now; a writer of one without a log has to wait."""
    read.execute("BEGIN")
    read.execute("SELECT count(*) FROM sqlite_schema").fetchone()

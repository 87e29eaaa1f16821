"""A consistent copy of a SQLite file that leaves no trace beside the source.

A database in use is read through SQLite's backup, as it was at one moment: with a write-ahead log
nobody waits for that, without one writers wait only if they would not let the copy end. One that
nobody has open is copied as files, its write-ahead log or hot journal along with it, and mended in
the copy: opened where it lies, SQLite would want to write there.
"""

import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from thothctl.errors import InvalidInputError
from thothctl.model.event import Progress
from thothctl.world import Report

LOCK_SECONDS = 10.0
ATTEMPTS = 3
PAGES = 4096
WAL_VERSION = 2
"""Bytes 18 and 19 of the header in WAL mode, <https://www.sqlite.org/fileformat2.html>."""


def take(source: Path, copy: Path, report: Report) -> None:
    """Copy; raises sqlite3.Error, OSError, or InvalidInputError when it never stands still."""
    for _ in range(ATTEMPTS):
        if _in_use(source) or not _leftover(source):
            _backup(source, copy, report)
            return
        before = _state(source)
        _copy_files(source, copy, report)
        if _state(source) == before:
            _mend(copy)
            return
    raise InvalidInputError(
        f"{source} changes while it is copied",
        hint="close the program that writes to it, then run the command again",
    )


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _in_use(source: Path) -> bool:
    """Whoever has a WAL database open keeps its shared memory file beside it."""
    return _beside(source, "-shm").exists()


def _leftover(source: Path) -> bool:
    """A WAL database, or a journal that a killed writer left: SQLite would write here."""
    with source.open("rb") as stream:
        header = stream.read(20)
    journal = _beside(source, "-journal")
    hot = journal.exists() and journal.stat().st_size > 0 and not _is_locked(source)
    return WAL_VERSION in header[18:20] or hot


def _is_locked(source: Path) -> bool:
    """A live writer holds a lock; only an abandoned journal is a leftover."""
    uri = f"file:{quote(str(source.resolve()))}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=0)) as database:
        try:
            database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.Error as error:
            return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return True


def _backup(source: Path, copy: Path, report: Report) -> None:
    uri = f"file:{quote(str(source.resolve()))}?mode=ro"
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=LOCK_SECONDS)) as read,
        closing(sqlite3.connect(copy)) as write,
    ):
        read.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if read.execute("PRAGMA journal_mode").fetchone() == ("wal",):
            _hold(read)
        read.backup(write, pages=PAGES, progress=_Steps(source, read, report), sleep=0.05)


def _hold(read: sqlite3.Connection) -> None:
    """Go on reading the database as it is now; a writer of one without a log has to wait."""
    read.execute("BEGIN")
    read.execute("SELECT count(*) FROM sqlite_schema").fetchone()


@dataclass(slots=True)
class _Steps:
    """Hears of each step: SQLite begins again after every foreign write, and waits for ever."""

    source: Path
    read: sqlite3.Connection
    report: Report
    left: int = sys.maxsize
    restarts: int = 0

    def __call__(self, status: int, left: int, total: int) -> None:
        if status & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise locked(self.source)
        self.report(Progress("snapshot", "copying", total - left, total, "pages"))
        self.restarts += left >= self.left
        self.left = left
        if self.restarts == ATTEMPTS and not self.read.in_transaction:
            _hold(self.read)


def locked(source: Path) -> InvalidInputError:
    """Return what is said of a file that another program does not let go of."""
    return InvalidInputError(
        f"{source} has been locked by another program for {LOCK_SECONDS:.0f} s",
        hint="close the program that writes to it, then run the command again",
    )


def _state(source: Path) -> list[tuple[int, int] | None]:
    found: list[tuple[int, int] | None] = []
    for ending in ("", "-wal", "-journal", "-shm"):
        path = _beside(source, ending)
        facts = path.stat() if path.exists() else None
        found.append((facts.st_mtime_ns, facts.st_size) if facts else None)
    return found


def _copy_files(source: Path, copy: Path, report: Report) -> None:
    report(Progress("snapshot", "copying"))
    for ending in ("", "-wal", "-journal"):
        _beside(copy, ending).unlink(missing_ok=True)
        if _beside(source, ending).exists():
            shutil.copyfile(_beside(source, ending), _beside(copy, ending))


def _mend(copy: Path) -> None:
    """Let SQLite roll the journal back or the log in."""
    with closing(sqlite3.connect(copy)) as database:
        database.execute("SELECT count(*) FROM sqlite_schema").fetchone()

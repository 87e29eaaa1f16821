"""A SQLite file that others write to or lock, for the tests of both programs that copy such."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

BYTES = 32 << 20
"""Of small pages: it takes several steps to copy."""
JOURNALS = ("WAL", "DELETE")


def made(path: Path, journal: str) -> Path:
    """Make a file with one row."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA journal_mode = {journal}")
        database.execute("PRAGMA page_size = 512")
        database.execute("VACUUM")
        database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)")
        database.execute("INSERT INTO t VALUES (1, zeroblob(?))", (BYTES,))
        database.commit()
    return path


def rows_of(copy: Path) -> int:
    """Count the rows of a copy that is whole."""
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(database.execute("SELECT count(*) FROM t").fetchone()[0])


@contextmanager
def written(source: Path) -> Iterator[Callable[[], None]]:
    """Give what adds a row, if that can be had at once."""
    with closing(sqlite3.connect(source, timeout=0)) as writer:
        writer.execute("SELECT count(*) FROM t").fetchone()

        def write() -> None:
            with suppress(sqlite3.OperationalError), writer:
                writer.execute("INSERT INTO t (b) VALUES ('new')")

        yield write


@contextmanager
def locked(source: Path) -> Iterator[Callable[[], None]]:
    """Give what locks the file, and does so once."""
    with closing(sqlite3.connect(source, timeout=0)) as other:
        other.execute("SELECT count(*) FROM t").fetchone()

        def lock() -> None:
            if not other.in_transaction:
                other.execute("BEGIN EXCLUSIVE")

        yield lock

"""Runs a query on a SQLite file that cannot change, with limits on time, rows and memory.

The layers are independent: the file is opened read-only and immutable, SQLite's authorizer allows
reading alone, and nothing here relies on the SQL having been checked before. Time has one gap: a
single call of a function is never interrupted, so the length of values bounds what a call can cost.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from thoth_ai.answering.allowed import FUNCTIONS
from thoth_ai.answering.reading import (
    DEFAULT,
    LONGEST_SHOWN,
    Limits,
    QueryFailedError,
    QueryTimeoutError,
    Result,
    Value,
    cut,
    finite,
    is_cut,
    size_of,
)

STEPS_BETWEEN_LOOKS = 5_000
LONGEST_VALUE = 250_000
SHORT_BLOB = 32
_LIMITS = (
    (sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE),
    (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 100_000),
    (sqlite3.SQLITE_LIMIT_COLUMN, 1_000),
    (sqlite3.SQLITE_LIMIT_VDBE_OP, 250_000),
    (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 200),
    (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 50),
    (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 500),
    (sqlite3.SQLITE_LIMIT_FUNCTION_ARG, 32),
    (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
    (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
)


@dataclass(frozen=True, slots=True)
class SqliteReader:
    """Reads one file."""

    path: Path

    def run(self, sql: str, limits: Limits = DEFAULT) -> Result:
        """Run one statement; raises QueryTimeoutError or QueryFailedError."""
        return run(self.path, sql, limits=limits)


def run(path: Path, sql: str, *, limits: Limits = DEFAULT) -> Result:
    """Run one statement; raises QueryTimeoutError or QueryFailedError."""
    deadline = time.monotonic() + limits.seconds
    try:
        with closing(_opened(path)) as database, _alarm(database, limits.seconds):
            _restrict(database, over=lambda: time.monotonic() > deadline)
            return _read(database.execute(sql), limits)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            raise QueryTimeoutError(f"It took longer than {limits.seconds:g} s.") from error
        raise QueryFailedError(str(error)) from error
    except (UnicodeError, MemoryError, OverflowError) as error:
        raise QueryFailedError(str(error) or type(error).__name__) from error


def _opened(path: Path) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    database = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    database.text_factory = _decoded
    return database


def _decoded(raw: bytes) -> str:
    """Cut at once, one character beyond what is shown: a row of long values must not add up."""
    most = LONGEST_SHOWN + 1
    return raw[: 4 * most].decode("utf-8", "replace")[:most]


@contextmanager
def _alarm(database: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Interrupt at the next jump; thousands of steps that each take long lie between two looks."""
    timer = threading.Timer(seconds, database.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _restrict(database: sqlite3.Connection, *, over: Callable[[], bool]) -> None:
    """Sorting spills to a file: the temporary folder has a limit, memory has the whole server."""
    for pragma in ("query_only=ON", "trusted_schema=OFF", "temp_store=FILE", "cache_size=-16000"):
        database.execute(f"PRAGMA {pragma}")
    for limit, most in _LIMITS:
        database.setlimit(limit, most)
    database.set_authorizer(_verdict)
    database.set_progress_handler(over, STEPS_BETWEEN_LOOKS)


def _verdict(
    action: int, first: str | None, second: str | None, _database: str | None, _by: str | None
) -> int:
    match action:
        case sqlite3.SQLITE_SELECT:
            allowed = True
        case sqlite3.SQLITE_READ:
            allowed = not (first or "").lower().startswith("sqlite_")
        case sqlite3.SQLITE_FUNCTION:
            allowed = (second or "").lower() in FUNCTIONS
        case _:
            allowed = False
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _read(cursor: sqlite3.Cursor, limits: Limits) -> Result:
    columns = tuple(str(column[0]) for column in cursor.description or ())
    rows: list[tuple[Value, ...]] = []
    size, truncated = 0, False
    for raw in cursor:
        if len(rows) == limits.rows or size > limits.bytes:
            truncated = True
            break
        row = tuple(_shown(value) for value in raw)
        truncated = truncated or any(map(is_cut, raw))
        size += size_of(row)
        rows.append(row)
    return Result(columns, tuple(rows), truncated)


def _shown(value: object) -> Value:
    """A value as JSON can carry it: bytes are described, infinity is a word."""
    if isinstance(value, bytes):
        return f"0x{value.hex()}" if len(value) <= SHORT_BLOB else f"<{len(value):,} bytes>"
    if isinstance(value, float):
        return finite(value)
    if isinstance(value, str):
        return cut(value)
    if value is None or isinstance(value, int):
        return value
    raise QueryFailedError(f"SQLite gave a value of type {type(value).__name__}")

"""Taking a snapshot of a database file that the container can see."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from thoth_ai.errors import ServerError
from thoth_ai.importing import checks, space
from thoth_ai.importing.reporting import Phase, Progress
from thoth_ai.importing.staging import Staging

PAGES = 4096
LOCK_WAIT = 10


def snapshot(source: Path, staging: Staging, reporter: Progress) -> None:
    """Copy a database through SQLite's backup interface, WAL included."""
    if not source.is_file():
        raise ServerError(
            f"There is no file {source}.", hint="Name a SQLite file inside the container."
        )
    with _readable(source):
        checks.check_header(source)
        if not any(_beside(source)):  # else the rest may be in the log
            checks.check_size(source)
        space.require(staging.folder, _size(source))
        with space.told():
            _back_up(source, staging, reporter)


def sha256(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _beside(source: Path) -> tuple[bool, ...]:
    return tuple(Path(f"{source}{suffix}").exists() for suffix in ("-wal", "-journal"))


def _size(source: Path) -> int:
    log = Path(f"{source}-wal")
    return source.stat().st_size + (log.stat().st_size if log.is_file() else 0)


def _back_up(source: Path, staging: Staging, reporter: Progress) -> None:
    try:
        with _opened(source, staging) as old, closing(sqlite3.connect(staging.database)) as new:
            (size,) = old.execute("PRAGMA page_size").fetchone()

            def told(_: int, remaining: int, total: int) -> None:
                done = total - remaining
                reporter.progress(Phase.RECEIVE, done * size, total * size, "bytes")

            old.backup(new, pages=PAGES, progress=told)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise ServerError(
                f"{source.name} is locked by another program.",
                hint="Close the program that writes to it, then import again.",
                code="locked",
            ) from error
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise OSError(28, "no space") from error
        raise checks.damaged(str(error)) from error
    except sqlite3.DatabaseError as error:
        raise checks.damaged(str(error)) from error


@contextmanager
def _opened(source: Path, staging: Staging) -> Iterator[sqlite3.Connection]:
    """Open for reading; a WAL file in a folder we may not write is read from a copy."""
    with closing(_connect(source)) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode not in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}:
                raise
        else:
            yield connection
            return
    copy = staging.folder / "source.sqlite"
    shutil.copyfile(source, copy)
    if Path(f"{source}-wal").is_file():
        shutil.copyfile(f"{source}-wal", f"{copy}-wal")
    with closing(sqlite3.connect(copy)) as connection:
        yield connection


def _connect(source: Path) -> sqlite3.Connection:
    location = f"file:{quote(str(source.absolute()))}?mode=ro"
    return sqlite3.connect(location, uri=True, timeout=LOCK_WAIT)


@contextmanager
def _readable(source: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise ServerError(
            f"{source} may not be read.", hint="Give the server's user the right to read it."
        ) from error

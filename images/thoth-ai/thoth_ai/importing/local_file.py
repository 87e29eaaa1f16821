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
from thoth_ai.importing.backup_steps import BUSY, locked, steps_of
from thoth_ai.importing.reporting import Progress
from thoth_ai.importing.staging import Staging

PAGES = 4096
LOCK_WAIT = 10
ATTEMPTS = 3


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
            old.backup(new, pages=PAGES, progress=steps_of(old, source.name, reporter))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in BUSY:
            raise locked(source.name) from error
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
    _copy_at_rest(source, copy)
    with closing(sqlite3.connect(copy)) as connection:
        yield connection


def _copy_at_rest(source: Path, copy: Path) -> None:
    """Copy file and log as they are together; raises ServerError when they never stand still."""
    for _ in range(ATTEMPTS):
        before = _state(source)
        for suffix in ("", "-wal"):
            Path(f"{copy}{suffix}").unlink(missing_ok=True)
            if Path(f"{source}{suffix}").is_file():
                shutil.copyfile(f"{source}{suffix}", f"{copy}{suffix}")
        if _state(source) == before:
            return
    raise ServerError(
        f"{source.name} changes while it is copied.",
        hint="Close the program that writes to it, then import again.",
        code="locked",
    )


def _state(source: Path) -> list[tuple[int, int] | None]:
    found: list[tuple[int, int] | None] = []
    for suffix in ("", "-wal"):
        path = Path(f"{source}{suffix}")
        facts = path.stat() if path.is_file() else None
        found.append((facts.st_mtime_ns, facts.st_size) if facts else None)
    return found


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

"""Checks a SQLite file and takes a consistent copy of it through SQLite's own backup."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from thothctl.adapters.bird_folder import description_files
from thothctl.adapters.files import translated
from thothctl.adapters.sqlite_copy import locked, take
from thothctl.adapters.work_folder import work_folder, work_of
from thothctl.errors import InvalidInputError, NoSpaceError
from thothctl.model.answer import DatabaseSource
from thothctl.model.recorded import Snapshot
from thothctl.world import Report

MAGIC = b"SQLite format 3\0"
CHUNK = 1024 * 1024
RESERVE = 64 * CHUNK
ANOTHER = "give a SQLite database file"


@contextmanager
def snapshot(home: Path, wanted: DatabaseSource, report: Report) -> Iterator[Snapshot]:
    """A checked copy below `home` that lives as long as the context."""
    source = wanted.file
    _refuse_unreadable(source)
    _refuse_missing(wanted)
    with translated("make a working copy"):
        _refuse_full(work_of(home), source)
    with work_folder(home, "import") as folder:
        copy = folder / "database.sqlite"
        with translated(f"copy {source}"):
            _copy(source, copy, report)
        _check(copy, source)
        yield Snapshot(copy, copy.stat().st_size, _sha256(copy))


def _refuse_unreadable(source: Path) -> None:
    if source.is_dir():
        raise InvalidInputError(f"{source} is a folder", hint=ANOTHER)
    if not source.exists():
        raise InvalidInputError(f"there is no file {source}", hint="look at the path; " + ANOTHER)
    with translated(f"read {source}"), source.open("rb") as stream:
        head = stream.read(100)
    if not head:
        raise InvalidInputError(f"{source} is empty", hint=ANOTHER)
    if head[:16] != MAGIC:
        raise InvalidInputError(
            f"{source} is not a SQLite database, or it is encrypted",
            hint="give the database file itself; decrypt it first (for example with SQLCipher)",
        )


def _refuse_missing(wanted: DatabaseSource) -> None:
    """What goes along is looked at first: the copy may take long."""
    if wanted.questions is not None and not wanted.questions.is_file():
        raise InvalidInputError(
            f"there is no file {wanted.questions}", hint="give --questions a JSON file"
        )
    if wanted.descriptions is None:
        return
    if not wanted.descriptions.is_dir():
        raise InvalidInputError(
            f"there is no folder {wanted.descriptions}",
            hint="give --descriptions a folder with CSV files",
        )
    description_files(wanted.descriptions)


def _refuse_full(work: Path, source: Path) -> None:
    needed = source.stat().st_size + RESERVE
    free = shutil.disk_usage(work).free
    if free < needed:
        raise NoSpaceError(
            f"{needed // CHUNK} MiB are needed at {work}, {free // CHUNK} MiB are free",
            hint="free some space, or set THOTHCTL_HOME to another disk",
        )


def _copy(source: Path, copy: Path, report: Report) -> None:
    try:
        take(source, copy, report)
        with closing(sqlite3.connect(copy)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise _refusal(source, error) from error


def _refusal(source: Path, error: sqlite3.Error) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return locked(source)
    if code == sqlite3.SQLITE_FULL:
        return NoSpaceError("no space left for the working copy", hint="free some space")
    if code == sqlite3.SQLITE_CANTOPEN:
        return InvalidInputError(
            f"SQLite cannot open {source}: {error}",
            hint="it may need write access to the folder for its -shm file; copy it elsewhere",
        )
    return InvalidInputError(
        f"{source} is damaged: {error}",
        hint="try `sqlite3 FILE .recover`, and import what it recovers",
    )


def _check(copy: Path, source: Path) -> None:
    try:
        with closing(sqlite3.connect(copy)) as database:
            verdict = database.execute("PRAGMA quick_check(1)").fetchone()[0]
            tables = database.execute(
                "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
                " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            ).fetchone()[0]
    except sqlite3.Error as error:
        raise _refusal(source, error) from error
    if verdict != "ok":
        raise _refusal(source, sqlite3.DatabaseError(verdict))
    if not tables:
        raise InvalidInputError(f"{source} has no tables", hint="give a database with data in it")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()

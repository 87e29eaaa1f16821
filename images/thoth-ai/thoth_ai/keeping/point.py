"""The data folder at one point: the database by SQLite's own backup, other files as links."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from thoth_ai.errors import ExitCode, ServerError

ASIDE, FROM_OUTSIDE = ".thoth-backup-inside", ".thoth-backup"
"""Where the point is, and where `thothctl backup` has its own, maybe at the same time."""
LOCK = ".backup.lock"
DATABASE = "thoth.sqlite"
LOCKS = frozenset({LOCK, ".setup.lock", ".incoming.lock"})
LEFT_OUT = LOCKS | {ASIDE, FROM_OUTSIDE, "backups", "incoming", "secrets"}
"""Secrets are a part of their own."""
LOGS = ("-wal", "-shm", "-journal")
ATTEMPTS = 3
FILES = "SELECT file FROM workspaces_database WHERE engine = 'sqlite'"


@contextmanager
def taken(data: Path) -> Iterator[Path]:
    """Give a folder with everything as of one moment; it is gone afterwards."""
    with _one_at_a_time(data), _held(data / ASIDE, data) as aside:
        yield aside


@contextmanager
def _one_at_a_time(data: Path) -> Iterator[None]:
    """The kernel frees the lock of whoever died."""
    descriptor = os.open(data / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _held(aside: Path, data: Path) -> Iterator[Path]:
    try:
        for _ in range(ATTEMPTS):
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(mode=0o700)
            _copy_database(data / DATABASE, aside / DATABASE)
            _link(data, aside)
            if not (lost := _lost(aside)):
                break
        else:
            raise ServerError(
                f"Databases were removed while they were saved: {', '.join(lost)}.",
                hint="Make the backup again.",
                code="backup_failed",
                exit_code=ExitCode.BACKUP_FAILED,
            )
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def counted(point: Path) -> dict[str, int]:
    """Return the number of files, and of the rows of each table of the database."""
    files = sum(path.is_file() for path in point.rglob("*"))
    with closing(sqlite3.connect(f"file:{point / DATABASE}?immutable=1", uri=True)) as database:
        names = "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite_%'"
        tables = [name for (name,) in database.execute(names)]
        rows = {f"{DATABASE}#{table}": _rows(database, table) for table in sorted(tables)}
    return {"files": files, **rows}


def _rows(database: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    return int(database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])  # noqa: S608 - quoted


def _copy_database(path: Path, other: Path) -> None:
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(other)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    other.chmod(path.stat().st_mode & 0o777)


def _link(data: Path, aside: Path) -> None:
    """After the database: files are there before the rows that speak of them."""
    for place, folders, names in os.walk(data):
        here = Path(place)
        if here == data:
            folders[:] = sorted(set(folders) - LEFT_OUT)
        (aside / here.relative_to(data)).mkdir(mode=0o700, exist_ok=True)
        for name in names:
            if (here == data and (name in LEFT_OUT or name == DATABASE)) or name.endswith(LOGS):
                continue
            _again(here / name, aside / here.relative_to(data) / name)


def _again(path: Path, other: Path) -> None:
    """What is only ever replaced is linked; a file that changes in place is copied."""
    try:
        if path.is_symlink() or not path.is_file():
            return
        if path.stat().st_mode & 0o222:
            shutil.copy2(path, other)
        else:
            other.hardlink_to(path)
    except FileNotFoundError:  # removed meanwhile; `_lost` tells whether that matters
        return


def _lost(point: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{point / DATABASE}?immutable=1", uri=True)) as database:
        files = [str(name) for (name,) in database.execute(FILES)]
    return sorted(name for name in files if not (point / "databases" / name).is_file())

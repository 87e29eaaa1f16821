"""Where the indexes lie on the data volume, one file for each database."""

import re
from collections.abc import Container, Iterable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from thoth_ai.values import locks
from thoth_ai.workspaces import storage

SUFFIX, FRESH, LOCK = ".values", ".fresh", ".lock"
PARTS = "parts-"
_ENDING = re.compile(rf"(?:{re.escape(SUFFIX)}|{re.escape(FRESH)}|{re.escape(LOCK)})(?:\..*)?\Z")


def folder() -> Path:
    """Return the folder of indexes."""
    return storage.data() / "values"


def path_of(mark: str) -> Path:
    """Return the file of the database with this mark."""
    return folder() / f"{mark}{SUFFIX}"


def fresh_of(mark: str) -> Path:
    """Return where its index is made anew."""
    return folder() / f"{mark}{FRESH}"


def locked(mark: str, *, wait: bool = True) -> AbstractContextManager[None]:
    """Let one process at a time make it anew; raises BlockingIOError when not to wait."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    return locks.held(folder() / f"{mark}{LOCK}", wait=wait)


def unlock(mark: str) -> None:
    """Remove what was made beside it, and the lock, which the caller holds, with it."""
    for path in folder().glob(f"{mark}{FRESH}*"):
        path.unlink(missing_ok=True)
    (folder() / f"{mark}{LOCK}").unlink(missing_ok=True)


def publish(made: Path, mark: str) -> None:
    """Put a finished index where it is read; without one there is nothing to do."""
    if made.exists():
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        made.replace(path_of(mark))


def discard(mark: str) -> None:
    """Remove the index of a database that is no more."""
    path_of(mark).unlink(missing_ok=True)


def listed() -> list[Path]:
    """Return the indexes there are, and what was left beside them."""
    return [path for path in folder().glob("*") if not path.name.startswith(PARTS)]


def sweep(found: Iterable[Path], known: Container[str]) -> None:
    """Remove what is of databases that are not known, and what killed makings left."""
    for path in found:
        mark = _ENDING.sub("", path.name)
        if mark not in known:
            path.unlink(missing_ok=True)
        elif path.suffix != SUFFIX:
            with suppress(BlockingIOError), locked(mark, wait=False):
                unlock(mark)

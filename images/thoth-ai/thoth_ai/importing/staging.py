"""Folders of imports under way, and the clearing of what killed ones left."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from thoth_ai.values import parts, places
from thoth_ai.workspaces import storage
from thoth_ai.workspaces.models import Database

LOCK = ".lock"
SUFFIX = ".sqlite"


@dataclass(frozen=True, slots=True)
class Staging:
    """The folder of one import; its name is also the name of the file it will publish."""

    folder: Path

    @property
    def database(self) -> Path:
        """Return where the database is received."""
        return self.folder / "database.sqlite"

    @property
    def questions(self) -> Path:
        """Return where the questions are received."""
        return self.folder / "questions.json"

    @property
    def descriptions(self) -> Path:
        """Return where the description files are received, all in one."""
        return self.folder / "descriptions.json"

    @property
    def tables(self) -> Path:
        """Return where the readable names are received."""
        return self.folder / "tables.json"

    @property
    def values(self) -> Path:
        """Return where the index of values is built."""
        return self.folder / "index.values"

    @property
    def published_name(self) -> str:
        """Return the file name the database gets below `databases`."""
        return self.folder.name + SUFFIX


@contextmanager
def opened() -> Iterator[Staging]:
    """Give a locked folder that is gone afterwards, whatever happens.

    The kernel drops the lock with the process, so a folder without one is a killed import's.
    """
    storage.incoming().mkdir(mode=0o700, parents=True, exist_ok=True)
    storage.databases().mkdir(mode=0o700, parents=True, exist_ok=True)
    with _door():
        folder = storage.incoming() / secrets.token_hex(12)
        folder.mkdir(mode=0o700)
        lock = _lock(folder / LOCK)
    try:
        yield Staging(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep() -> int:
    """Remove what killed imports left; return how many things that were."""
    if not storage.incoming().is_dir():
        return 0
    with _door():
        published = list(storage.databases().glob(f"*{SUFFIX}"))
        indexes = places.listed()
        removed = sum(_remove_dead(folder) for folder in storage.incoming().iterdir())
        live = {folder.name for folder in storage.incoming().iterdir() if folder.is_dir()}
    # Only now: an import that was live when the files were listed may have committed since.
    known = set(Database.objects.values_list("file", flat=True))
    orphans = [file for file in published if file.stem not in live and file.name not in known]
    for file in orphans:
        file.unlink(missing_ok=True)
    parts.sweep()
    places.sweep(indexes, known | live | {f"{name}{SUFFIX}" for name in live})
    return removed + len(orphans)


@contextmanager
def _door() -> Iterator[None]:
    """Keep a sweep from seeing a folder between its making and its locking."""
    descriptor = os.open(
        storage.incoming().parent / ".incoming.lock", os.O_CREAT | os.O_RDWR, 0o600
    )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lock(path: Path) -> int:
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _remove_dead(folder: Path) -> bool:
    if not folder.is_dir():
        folder.unlink(missing_ok=True)
        return True
    try:
        lock = _lock(folder / LOCK)
    except BlockingIOError:
        return False
    except FileNotFoundError:  # its own import is just removing it
        return False
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)
    return True

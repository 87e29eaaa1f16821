"""The folder where the parts of an index lie until it is made: a killed try's is gone on with."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from thoth_ai.values import places

PARTS = "parts-"
LOCK = ".lock"
PARTS_LIVE = 24 * 3600


@contextmanager
def parts(key: str) -> Iterator[Path]:
    """Give the folder of this key to one holder at a time; only a killed one leaves it there."""
    places.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep()
    folder = places.folder() / f"{PARTS}{key}"
    with _locked(folder):
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            yield folder
        finally:
            _remove(folder)


@contextmanager
def _locked(folder: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold the lock beside the folder, as what lies in the folder is removed by its holder."""
    path = folder.with_suffix(LOCK)
    while True:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, how)
            if not _is_there(path, descriptor):
                continue
            yield
            return
        finally:
            os.close(descriptor)


def _is_there(path: Path, descriptor: int) -> bool:
    """Tell whether the lock is still the file of this name, or was removed while we waited."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.with_suffix(LOCK).unlink(missing_ok=True)


def _sweep() -> None:
    """Remove what was killed long ago and never gone on with."""
    for lock in places.folder().glob(f"{PARTS}*{LOCK}"):
        with suppress(OSError):
            if time.time() - lock.stat().st_mtime > PARTS_LIVE:
                folder = lock.with_suffix("")
                with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                    _remove(folder)

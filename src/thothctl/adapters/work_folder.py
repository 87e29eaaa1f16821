"""Folders below the home for what a command works on; what a killed one left goes with the next."""

import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from thothctl.adapters.files import private_folder, translated

LOCK = ".lock"
KEPT_SECONDS = 14 * 24 * 3600
"""As long, what was fetched in part waits to be gone on with."""


def work_of(home: Path) -> Path:
    """Where all of them are."""
    return private_folder(private_folder(home) / "work")


@contextmanager
def work_folder(home: Path, purpose: str) -> Iterator[Path]:
    """An empty folder that nobody else has, gone afterwards."""
    with translated("make a working copy"):
        work = work_of(home)
        _sweep(work, f"{purpose}-*", lambda _: True)
        folder = work / f"{purpose}-{uuid.uuid4().hex[:12]}"
        lock = FileLock(_lock_of(folder), timeout=0)
        lock.acquire()  # before the folder is there: whatever has no holder was left behind
    try:
        with translated("make a working copy"):
            private_folder(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
        _lock_of(folder).unlink(missing_ok=True)


@contextmanager
def kept_folder(folder: Path, waiting: Callable[[], None]) -> Iterator[Path]:
    """A folder that outlives a failure, for one command at a time; `waiting` if another has it.

    Its lock lies beside it and stays, for who waits for a lock that is removed would hold another.
    """
    with translated("keep what is downloaded"):
        parent = private_folder(folder.parent)
        lock = FileLock(_lock_of(folder))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting()
            lock.acquire(timeout=-1)
    try:
        _sweep(parent, "[!.]*", lambda one: one != folder and _is_old(one), keep_lock=True)
        yield folder
    finally:
        lock.release()


def _sweep(
    parent: Path, names: str, condition: Callable[[Path], bool], *, keep_lock: bool = False
) -> None:
    for folder in parent.glob(names):
        if not folder.is_dir() or not condition(folder):
            continue
        lock = FileLock(_lock_of(folder), timeout=0)
        try:
            lock.acquire()
        except OSError:  # it has a holder, or is another account's
            continue
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
        if not keep_lock:
            _lock_of(folder).unlink(missing_ok=True)


def _is_old(folder: Path) -> bool:
    try:
        times = [one.stat().st_mtime for one in (folder, *folder.iterdir())]
    except OSError:  # somebody just ends with it
        return False
    return max(times) < time.time() - KEPT_SECONDS


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}{LOCK}")

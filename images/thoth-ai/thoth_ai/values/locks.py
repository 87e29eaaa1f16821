"""Locks between processes, each a file that its holder may remove; a killed holder's are free."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a lock; raises BlockingIOError where another does, and this is not to wait for it."""
    how = fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB
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

"""The folder where the parts of an index lie until it is made: a killed try's is gone on with."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from thoth_ai.errors import PutBackError
from thoth_ai.values import locks, places

LOCK = ".lock"
PARTS_LIVE = 24 * 3600


@contextmanager
def parts(key: str) -> Iterator[Path]:
    """Give the folder of this key to one holder at a time.

    It stays for the next one where the holder was told to stop, as where it was killed.
    """
    places.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep()
    folder = places.folder() / f"{places.PARTS}{key}"
    with locks.held(folder.with_suffix(LOCK)):
        folder.mkdir(mode=0o700, exist_ok=True)
        try:
            yield folder
        except PutBackError:
            raise
        except BaseException:
            _remove(folder)
            raise
        _remove(folder)


def sweep() -> None:
    """Remove what was killed long ago and never gone on with."""
    for lock in places.folder().glob(f"{places.PARTS}*{LOCK}"):
        with suppress(OSError):
            if time.time() - lock.stat().st_mtime > PARTS_LIVE:
                with locks.held(lock, wait=False):
                    _remove(lock.with_suffix(""))


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.with_suffix(LOCK).unlink(missing_ok=True)

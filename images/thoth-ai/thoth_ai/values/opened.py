"""The indexes that this process has open, and the making anew of those that cannot be trusted."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connections

from thoth_ai.values import places, renewing
from thoth_ai.values.files import BrokenFileError
from thoth_ai.values.index import ValueIndex
from thoth_ai.workspaces.models import Database

logger = logging.getLogger(__name__)
MOST = 16
PAUSE = 600.0
"""Seconds until what could not be made is tried again: it may read a whole database."""

State = tuple[int, int] | None
"""What changes with a file; none where there is none."""


@dataclass(slots=True)
class Opened:
    """Open indexes by file; every file is proved once, when it is opened."""

    held: dict[Path, tuple[State, ValueIndex]] = field(default_factory=dict)
    opening: dict[Path, threading.Lock] = field(default_factory=dict)
    renewed: dict[str, threading.Thread] = field(default_factory=dict)
    failed: dict[str, tuple[float, State]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    clock: Callable[[], float] = time.monotonic

    def of(self, database: Database) -> ValueIndex | None:
        """Return the database's index; without one to trust it is made in the background."""
        if not renewing.is_wanted(database) or self._waits(database.file):
            return None
        try:
            index = self._open(places.path_of(database.file))
            renewing.require_fitting(index, database)
        except BrokenFileError as error:
            logger.warning("the value index of %s is made anew: %s", database.name, error)
            self._renew(database)
            return None
        return index

    def _waits(self, file: str) -> bool:
        """Tell whether it is just being made, or could not be and nothing changed since."""
        with self.lock:
            running, failure = self.renewed.get(file), self.failed.get(file)
        if running is not None and running.is_alive():
            return True
        if failure is None or self.clock() - failure[0] >= PAUSE:
            return False
        return failure[1] == _state(places.path_of(file))

    def _open(self, path: Path) -> ValueIndex:
        """Read a file once, whoever else asks for it; others are read meanwhile."""
        state = _state(path)
        with self.lock:
            one_at_a_time = self.opening.setdefault(path, threading.Lock())
        with one_at_a_time:
            with self.lock:
                kept = self.held.get(path)
            if kept is None or kept[0] != state:
                kept = state, ValueIndex(path, settings.VALUE_INDEX.effort)
            self._keep(path, kept)
        return kept[1]

    def _keep(self, path: Path, kept: tuple[State, ValueIndex]) -> None:
        """The last ones asked for stay open; what was removed would keep its room on the disk."""
        with self.lock:
            self.held.pop(path, None)
            self.held[path] = kept
            gone = [one for one in self.held if not one.exists()]
            for one in (*gone, *list(self.held)[:-MOST]):
                self.held.pop(one, None)
                self.opening.pop(one, None)

    def _renew(self, database: Database) -> None:
        with self.lock:
            running = self.renewed.get(database.file)
            if running is None or not running.is_alive():
                thread = threading.Thread(target=self._make, args=(database,), daemon=True)
                self.renewed[database.file] = thread
                thread.start()

    def _make(self, database: Database) -> None:
        try:
            renewing.renew(database)
        except Exception:  # a thread's boundary: without an index there are still answers
            logger.exception("the value index of %s could not be made", database.name)
            with self.lock:
                self.failed[database.file] = self.clock(), _state(places.path_of(database.file))
        finally:
            connections.close_all()


def _state(path: Path) -> State:
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_mtime_ns, told.st_ino


OPENED = Opened()

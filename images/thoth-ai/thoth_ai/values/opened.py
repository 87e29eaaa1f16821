"""The indexes that this process has open, and the making anew of those that cannot be trusted."""

import logging
import threading
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


@dataclass(slots=True)
class Opened:
    """Open indexes by file; every file is proved once, when it is opened."""

    held: dict[Path, tuple[tuple[int, int], ValueIndex]] = field(default_factory=dict)
    renewed: dict[str, threading.Thread] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, database: Database) -> ValueIndex | None:
        """Return the database's index; without one to trust it is made in the background."""
        if not settings.VALUE_INDEX.enabled:
            return None
        path = places.path_of(database.file)
        try:
            index = self._open(path)
            renewing.require_fitting(index, database)
        except BrokenFileError as error:
            logger.warning("the value index of %s is made anew: %s", database.name, error)
            self._renew(database)
            return None
        return index

    def _open(self, path: Path) -> ValueIndex:
        try:
            told = path.stat()
        except OSError as error:
            raise BrokenFileError("it is not there") from error
        state = (told.st_mtime_ns, told.st_ino)
        with self.lock:
            kept = self.held.pop(path, None)
            if kept is None or kept[0] != state:
                kept = state, ValueIndex(path, settings.VALUE_INDEX.effort)
            self.held[path] = kept
            while len(self.held) > MOST:
                del self.held[next(iter(self.held))]
        return kept[1]

    def _renew(self, database: Database) -> None:
        with self.lock:
            running = self.renewed.get(database.file)
            if running is None or not running.is_alive():
                thread = threading.Thread(target=_renew, args=(database,), daemon=True)
                self.renewed[database.file] = thread
                thread.start()


def _renew(database: Database) -> None:
    try:
        renewing.renew(database)
    except Exception:  # a thread's boundary: without an index there are still answers
        logger.exception("the value index of %s could not be made", database.name)
    finally:
        connections.close_all()


OPENED = Opened()

"""Embeds in the background what waits, and lets vector store and comments follow the rows."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import Error, connection

from thoth_ai import embedding_model
from thoth_ai.errors import ServerError
from thoth_ai.providers.types import ProviderError
from thoth_ai.vectorstores import chosen, configuration
from thoth_ai.vectorstores.types import Nearness
from thoth_ai.workspaces import comments, following, points, revisions

logger = logging.getLogger(__name__)

SHORTEST, LONGEST = 5.0, 300.0
THOROUGH_EVERY = 900.0
LOCK = 0x7404_0001
"""Of several processes on one PostgreSQL the one that holds this advisory lock works."""


def is_needed() -> bool:
    """Tell whether vectors are made or kept by something that may be slow or away."""
    return not embedding_model.is_local() or settings.VECTORS.store != configuration.EMBEDDED


def is_wanted() -> bool:
    """Tell whether there is anything to look after beside serving; comments are, of PostgreSQL."""
    return is_needed() or settings.POSTGRES is not None


def start() -> threading.Thread:
    """Start the thread of this process; it ends with the process, whatever it is doing."""
    thread = threading.Thread(target=run, name="reindexing", daemon=True)
    thread.start()
    return thread


def run(stopped: threading.Event | None = None) -> None:
    """Do what there is to do, then look again from time to time, less often while that fails."""
    stopped = stopped or threading.Event()
    reindexer = Reindexer()
    pause = SHORTEST
    while True:
        pause = SHORTEST if reindexer.work() else min(LONGEST, pause * 2)
        connection.close()
        if stopped.wait(pause):
            return


@dataclass(slots=True)
class Reindexer:
    """Remembers what it compared last, so that a quiet server is asked little."""

    _compared: tuple[int, str] | None = None
    _thorough_at: float = float("-inf")

    def work(self) -> bool:
        """Do what is due; return whether all of it went well."""
        try:
            with _turn() as ours:
                return not ours or self._work()
        except Error as error:
            logger.warning("the database is away: %s", error)
            return False

    def _work(self) -> bool:
        followed = _is_done(self._follow)  # first: what the store has need not be embedded
        renewed = _is_done(_renew)
        commented = _is_done(_comment)
        return _is_done(self._follow) and followed and renewed and commented

    def _follow(self) -> None:
        store = chosen.current()
        if store.nearness is Nearness.ROWS:
            return
        thoroughly = time.monotonic() - self._thorough_at >= THOROUGH_EVERY
        state = (revisions.current(), store.address)
        if state == self._compared and not thoroughly:
            return
        if delivered := following.follow(thoroughly=thoroughly):
            logger.info("%s took %d vectors", store.address, delivered)
        identity = embedding_model.identity()
        if thoroughly:
            self._thorough_at = time.monotonic()
        if not points.stale().exists():
            store.drop_others(identity)
        store.tune(identity)
        self._compared = state


def _renew() -> None:
    if renewed := points.refresh_stale():
        logger.info("embedded %d documents again", renewed)


def _comment() -> None:
    if refreshed := comments.refresh_due():
        logger.info("wrote the comments of %d databases again", refreshed)


def _is_done(work: Callable[[], None]) -> bool:
    try:
        work()
    except (ServerError, ProviderError) as error:
        logger.warning("documents or comments wait to be written: %s", error)
        return False
    return True


@contextmanager
def _turn() -> Iterator[bool]:
    """Yield whether this process may work; a process that dies gives its turn away."""
    if connection.vendor != "postgresql":
        yield True
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))
        (ours,) = cursor.fetchone()
    try:
        yield bool(ours)
    finally:
        if ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))

"""Embeds in the background what waits for it, while a provider is slow or away."""

import logging
import threading

from django.db import connection

from thoth_ai.errors import ServerError
from thoth_ai.providers.types import ProviderError
from thoth_ai.workspaces import points

logger = logging.getLogger(__name__)

SHORTEST, LONGEST = 5.0, 300.0


def start() -> threading.Thread:
    """Start the thread of this process; it ends with the process, whatever it is doing."""
    thread = threading.Thread(target=run, name="reindexing", daemon=True)
    thread.start()
    return thread


def run(stopped: threading.Event | None = None) -> None:
    """Renew, then look again from time to time, less often while the provider fails."""
    stopped = stopped or threading.Event()
    pause = SHORTEST
    while True:
        pause = SHORTEST if _renewed() else min(LONGEST, pause * 2)
        connection.close()
        if stopped.wait(pause):
            return


def _renewed() -> bool:
    try:
        if renewed := points.refresh_stale():
            logger.info("embedded %d documents again", renewed)
    except (ServerError, ProviderError) as error:
        logger.warning("documents wait to be embedded: %s", error)
        return False
    return True

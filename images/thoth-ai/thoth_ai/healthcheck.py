"""Asks the server whether it lives; run by the engine every few seconds, so it loads little."""

import http.client
import os
import sys
import time
from pathlib import Path

TIMEOUT = 3
WELL = 200
ALIVE = Path(os.environ.get("TMPDIR") or "/tmp") / "thoth-worker-alive"  # noqa: S108 - a container has its own
LONGEST_SILENCE = 60


def main() -> int:
    """Return 0 if the server, or with the word `worker` the worker, shows that it lives.

    `--report` prints all that the server has to say of itself.
    """
    return _worker() if sys.argv[1:] == ["worker"] else _server()


def _server() -> int:
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("PORT") or 8080), timeout=TIMEOUT
    )
    try:
        connection.request("GET", "/health/" if _is_whole() else "/health/live/")
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return 1
    finally:
        connection.close()
    if _is_whole():
        sys.stdout.buffer.write(body)
    return 0 if answer.status == WELL else 1


def _is_whole() -> bool:
    return sys.argv[1:] == ["--report"]


def _worker() -> int:
    """A worker touches its file whenever it has looked for lost jobs."""
    try:
        return 0 if time.time() - ALIVE.stat().st_mtime < LONGEST_SILENCE else 1
    except FileNotFoundError:
        return 1


if __name__ == "__main__":
    sys.exit(main())

"""Asks the server whether it lives; run by the engine every few seconds, so it loads little."""

import http.client
import os
import sys

TIMEOUT = 3
WELL = 200


def main() -> int:
    """Return 0 if the server says that it lives; `--report` prints all it has to say."""
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


if __name__ == "__main__":
    sys.exit(main())

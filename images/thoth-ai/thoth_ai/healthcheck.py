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
        whole = sys.argv[1:] == ["--report"]
        connection.request("GET", "/health/" if whole else "/health/live/")
        answer = connection.getresponse()
        if whole:
            sys.stdout.buffer.write(answer.read())
        return 0 if answer.status == WELL else 1
    except (OSError, http.client.HTTPException):
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())

"""Asks the server whether it lives; run by the engine every few seconds, so it loads little."""

import http.client
import os
import sys

TIMEOUT = 3
WELL = 200


def main() -> int:
    """Return 0 if the server says that it lives."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("PORT") or 8080), timeout=TIMEOUT
    )
    try:
        connection.request("GET", "/health/live/")
        return 0 if connection.getresponse().status == WELL else 1
    except (OSError, http.client.HTTPException):
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())

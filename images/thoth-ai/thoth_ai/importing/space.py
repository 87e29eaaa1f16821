"""Whether there is room for what is coming."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from thoth_ai.errors import ExitCode, ServerError

RESERVE = 64 * 1024 * 1024
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def require(folder: Path, size: int, what: str = "database") -> None:
    """Refuse what would leave the volume without its reserve."""
    if size > left(folder):
        free = shutil.disk_usage(folder).free
        raise _error(f"The {what} has {size:,} bytes, the data volume only {free:,} free.")


def left(folder: Path) -> int:
    """Return how many bytes may still be written, which are none once the reserve is touched."""
    return max(0, shutil.disk_usage(folder).free - RESERVE)


def full() -> ServerError:
    """Return the error of a volume that filled up while it was written to."""
    return _error("The data volume is full.")


@contextmanager
def told() -> Iterator[None]:
    """Translate a full disk into the error that says so."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_SPACE:
            raise
        raise full() from error


def _error(message: str) -> ServerError:
    return ServerError(
        message,
        hint="Make room on the disk that holds the engine's volumes, then import again.",
        code="no_space",
        exit_code=ExitCode.NO_SPACE,
    )

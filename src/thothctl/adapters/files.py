"""Durable files: temp, fsync, rename, fsync of the folder; LF endings on every platform."""

import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from thothctl.errors import InvalidInputError, NoSpaceError

if sys.platform != "win32":
    import fcntl

PRIVATE = 0o700


def private_folder(path: Path) -> Path:
    """Create a folder that only its owner enters."""
    path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    return path


def write_durably(path: Path, content: str | bytes, *, mode: int = 0o644) -> None:
    """Replace a file in one go; a reader sees the old text or the new, never a part."""
    with translated(f"write {path}"):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content.encode() if isinstance(content, str) else content)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.chmod(mode)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def append_durably(path: Path, line: str) -> None:
    """Add a line to a file that others add to, too; a line that a power cut tore is ended first."""
    with translated(f"write {path}"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            if sys.platform != "win32":
                fcntl.flock(descriptor, fcntl.LOCK_EX)  # closing it gives it back
            content = f"{line}\n".encode()
            write_all(descriptor, content if _is_ended(descriptor) else b"\n" + content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_all(descriptor: int, content: bytes) -> None:
    """A disk that is about to be full takes a part without any error; the rest then has one."""
    while content:
        content = content[os.write(descriptor, content) :]


def _is_ended(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    os.lseek(descriptor, max(0, size - 1), os.SEEK_SET)
    return os.read(descriptor, 1) in (b"", b"\n")


def sync_folder(path: Path) -> None:
    """Make renames in a folder survive a power cut; a no-op where folders cannot be opened."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Turn what the disk says into our errors: full, forbidden or broken."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpaceError(
                f"no space left to {action}", hint="free some space and run the command again"
            ) from error
        raise InvalidInputError(
            f"could not {action}: {error.strerror or error}",
            hint="look at the owner and the permissions of that path",
        ) from error

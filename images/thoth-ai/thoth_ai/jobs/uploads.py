"""What was sent to be imported later; it lies on the volume that server and worker share."""

import fcntl
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from thoth_ai.importing import space
from thoth_ai.jobs.models import OPEN, Job
from thoth_ai.workspaces import storage

CHUNK = 1024 * 1024
UNFINISHED = ".part"
LOCK = ".lock"
DAY = 86_400


def folder() -> Path:
    """Return where uploads wait."""
    return storage.data() / "queued"


def path_of(name: str) -> Path:
    """Return the file of an upload; names are ours, and checked all the same."""
    if not name.isalnum():
        raise ValueError(name)
    return folder() / name


def keep(read: Callable[[int], bytes], size: int | None) -> str:
    """Write a stream to a file, whole or not at all; return its name."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(12)
    partial = path_of(name).with_suffix(UNFINISHED)
    with space.told():
        space.require(folder(), size or 0)
        try:
            with partial.open("xb") as file:
                while chunk := read(CHUNK):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path_of(name))
        finally:
            partial.unlink(missing_ok=True)
    return name


def forget(name: str) -> None:
    """Remove an upload that is not needed any more."""
    path_of(name).unlink(missing_ok=True)


@contextmanager
def held(job: Job) -> Iterator[bool]:
    """Hold a job while it is done; False when another process does. A dead one lets go."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder() / f"{job.id}{LOCK}"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        yield False
        return
    try:
        yield True
    finally:
        os.close(descriptor)


def sweep() -> int:
    """Remove uploads and locks of jobs that are over; return how many uploads that were."""
    files: Iterable[Path] = list(folder().glob("*")) if folder().is_dir() else []
    waiting = Job.objects.filter(state__in=OPEN)
    wanted = {str(payload.get("upload")) for payload in waiting.values_list("payload", flat=True)}
    wanted |= {f"{key}{LOCK}" for key in waiting.values_list("pk", flat=True)}
    removed = 0
    for file in files:
        if file.name not in wanted and _is_old(file):
            with suppress(FileNotFoundError):
                file.unlink()
                removed += file.suffix != LOCK
    return removed


def _is_old(file: Path) -> bool:
    """An upload is written before its job; a day is longer than any takes."""
    with suppress(FileNotFoundError):
        return file.stat().st_mtime < time.time() - DAY
    return False

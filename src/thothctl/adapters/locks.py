"""Locks held by the kernel, with a note of who holds them."""

import getpass
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from thothctl.adapters.files import private_folder, translated, write_durably
from thothctl.errors import LockedError
from thothctl.world import Clock


class LockFolder:
    """Answers `world.Locks`; the note only informs, the kernel's lock decides."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self._home, self._clock = home, clock

    @contextmanager
    def hold(self, install: str, command: str) -> Iterator[None]:
        with translated("lock the install"):
            private_folder(self._home)
            folder = private_folder(self._home / "locks")
        note = folder / f"{install}.json"
        lock = FileLock(folder / f"{install}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise LockedError(
                f"another operation holds {install}: {_read(note)}",
                hint="wait for it to end; the lock goes with its process",
            ) from error
        try:
            write_durably(note, json.dumps(self._owner(command)))
            yield
        finally:
            note.unlink(missing_ok=True)
            lock.release()

    def holder(self, install: str) -> str:
        note = self._home / "locks" / f"{install}.json"
        try:
            pid = int(json.loads(note.read_text())["pid"])
        except (OSError, ValueError, KeyError):
            return ""
        return _read(note) if lives(pid) else ""

    def _owner(self, command: str) -> dict[str, str | int]:
        since = self._clock.now().isoformat(timespec="seconds")
        return {"command": command, "user": _user(), "pid": os.getpid(), "since": since}


def lives(pid: int) -> bool:
    """A process of this machine has that number; where nobody can tell, it has."""
    if os.name != "posix":  # there, a signal of zero is one that kills
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another account's
        return True
    return True


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"


def _read(note: Path) -> str:
    try:
        who = json.loads(note.read_text())
    except (OSError, ValueError):
        return "unknown owner"
    return f"`{who['command']}` by {who['user']} (pid {who['pid']}) since {who['since']}"

"""The port to repositories, in which equal pieces of many backups are kept once."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from thothctl.errors import (
    BackupFailedError,
    IntegrityError,
    LoginRequiredError,
    NetworkError,
    NoSpaceError,
    tells_no_space,
)
from thothctl.world.backups import Ended, Mount, Task

LOCKED, REFUSED, UNREACHABLE, SHUT_OUT = 11, 12, 15, 16


@dataclass(frozen=True, slots=True)
class Reach:
    """What a task of the toolbox needs to get at a repository with its key."""

    mounts: tuple[Mount, ...]
    network: str = "none"
    before: tuple[str, ...] = ()
    """Words that a program is started through."""

    def task(self, install: str, operation: str, words: tuple[str, ...], *more: Mount) -> Task:
        """A program that gets at it, and at what else is mounted."""
        argv = (*self.before, "thoth-repository", KEY, *words)
        return Task(install, operation, argv, (*self.mounts, *more), self.network, named=True)


KEY = "/run/secrets/backup_key"


def refuse(ended: Ended, what: str) -> None:
    """Raise what the end of a program that went to another place means."""
    if ended.good:
        return
    if ended.status == UNREACHABLE:
        raise NetworkError(
            f"{what}: the place does not answer",
            hint="see whether it is up and can be reached from here, then run this again",
        )
    if ended.status == SHUT_OUT:
        raise LoginRequiredError(
            f"{what}: the place lets nobody in with these credentials",
            hint="see `thothctl backup access show`, and its host key in ~/.ssh/known_hosts",
        )
    if ended.status == REFUSED:
        raise IntegrityError(
            f"{what}: {ended.said}", hint="give the key of its install; see the recovery sheet"
        )
    if tells_no_space(ended.said):
        raise NoSpaceError(f"{what}: no space left there", hint="`thothctl backup prune`")
    if ended.status == LOCKED:
        raise BackupFailedError(
            f"{what}: somebody else works with this repository",
            hint="run it again when they are done; a lock nobody holds ends after half an hour",
        )
    raise BackupFailedError(f"{what}: {ended.said}", hint="look at what it names, then try again")


class Repositories(Protocol):
    """Each install has one in each place that its backups go to."""

    def reached(
        self, target: str, install: str, key: Path, *, beside: str = ""
    ) -> AbstractContextManager[Reach]:
        """Within reach while the body runs, and with it the one in the place `beside`.

        `install` is the label, `key` the file with the private key that opens it.
        """

    def unsettled(self, target: str, install: str) -> bool:
        """It is not there, or somebody holds it, or nobody here can tell."""

"""Programs that are run, and what watches them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Watch(Protocol):
    """Looks while something else works; raises when going on is of no use."""

    def __call__(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Trial:
    """A program of an image that looks at files of the host, without network and rights.

    `mounts` are read-only, by the place they have inside; `install` is the label it carries.
    """

    image: str
    install: str
    command: tuple[str, ...]
    mounts: Mapping[Path, str]


@dataclass(frozen=True, slots=True)
class Chore:
    """A script that root of an image carries out in one folder of the host, seen as /host.

    It has the rights to make, give away and remove files there, and no network.
    """

    image: str
    install: str
    folder: str
    script: str
    words: tuple[str, ...] = ()


class Programs(Protocol):
    """Runs programs inside containers; `user` empty means the container's own."""

    def tried(self, trial: Trial) -> tuple[int, str]:
        """The exit status and both outputs, in a container of its own."""

    def carried_out(self, chore: Chore) -> tuple[int, str]:
        """The same with a folder of the host that is created where it is missing."""

    def attached(self, container: str, command: Sequence[str], *, user: str = "") -> int:
        """With this process's own terminal or pipes; returns the program's exit status."""

    def captured(
        self, container: str, command: Sequence[str], *, user: str = ""
    ) -> tuple[int, str]:
        """The exit status and both outputs of a program that reads nothing."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program of the user's ended: `late` when it was ended for taking too long."""

    status: int
    output: str
    late: bool = False


class Hooks(Protocol):
    """Runs the user's own programs on this machine."""

    def run(self, path: Path, told: Mapping[str, str], *, seconds: float) -> Ran | None:
        """None where there is no such file; raises InvalidInputError for one that must not run."""

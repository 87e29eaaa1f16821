"""Programs that are run, and what watches them."""

from collections.abc import Sequence
from typing import Protocol


class Watch(Protocol):
    """Looks while something else works; raises when going on is of no use."""

    def __call__(self) -> None: ...


class Programs(Protocol):
    """Runs programs inside containers; `user` empty means the container's own."""

    def attached(self, container: str, command: Sequence[str], *, user: str = "") -> int:
        """With this process's own terminal or pipes; returns the program's exit status."""

    def captured(
        self, container: str, command: Sequence[str], *, user: str = ""
    ) -> tuple[int, str]:
        """The exit status and both outputs of a program that reads nothing."""

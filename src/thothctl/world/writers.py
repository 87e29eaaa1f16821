"""The port through which writers are held still."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol


class Writers(Protocol):
    """Holds containers still for a moment."""

    def held(self, containers: Sequence[str], *, seconds: float) -> AbstractContextManager["Hold"]:
        """Paused while the body runs, going on whatever happens, after `seconds` at the latest."""

    def release(self, install: str) -> None:
        """Let go on whatever of the install is paused."""


class Hold(Protocol):
    """A pause that is on."""

    @property
    def expired(self) -> bool:
        """The time was over before the body was done: what was read is of no one point."""

    @property
    def milliseconds(self) -> int:
        """How long it lasted; of use when it is over."""

"""The port to folders of plain files, for people who want their data without us."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class Sink(Protocol):
    """Where bytes go."""

    def write(self, chunk: bytes) -> object: ...


class Exports(Protocol):
    """A folder that is made aside and is there at once, or not at all."""

    def free_bytes(self, target: Path) -> int | None: ...
    def stage(self, target: Path) -> None:
        """Begin anew beside the target; raises UsageError where something is there already."""

    def file(self, target: Path, name: str) -> AbstractContextManager[Sink]:
        """One file of it, by its relative name."""

    def tree(self, target: Path, folder: str, without: str) -> AbstractContextManager[Sink]:
        """A tar that is unpacked as it comes: files and folders, `without` one, nothing else."""

    def publish(self, target: Path) -> None:
        """Write the sums of all files, make them durable, rename; nothing where that was done."""

    def discard(self, target: Path) -> None: ...

"""The port to deployments that others made: their archives of volumes, and what they run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class VolumeTar:
    """What a tar of a volume holds: the folder in it that counts, and of what it is."""

    path: str
    folder: str
    bytes: int
    files: int
    major: str = ""
    """What PG_VERSION says, where it is the data of PostgreSQL."""
    database: str = ""
    """The SQLite file of the application, where it is its data."""


@dataclass(frozen=True, slots=True)
class OutsideContainer:
    """A container of a Compose project that is not ours; `mounts` by the place inside."""

    id: str
    name: str
    service: str
    image: str
    running: bool
    labels: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    mounts: Mapping[str, str] = field(default_factory=dict)
    aliases: frozenset[str] = frozenset()
    """By which others in its networks reach it."""


class Outsiders(Protocol):
    """Looks; changes nothing of theirs."""

    def volume_tar(self, path: Path) -> VolumeTar:
        """Read it to its end; raises IntegrityError for what is broken or leads out."""

    def plain(self, path: Path) -> Iterator[bytes]:
        """The bytes of a file, decompressed where it is compressed."""

    def dumped_files(self, path: Path, folder: Path | None) -> tuple[Path, ...]:
        """The files of databases that a dump speaks of; raises InvalidInputError for a lost one."""

    def dump(self, path: Path, files: Sequence[Path]) -> Iterator[bytes]:
        """A tar of both, as the server takes it in."""

    def project(self, source: str) -> tuple[OutsideContainer, ...]:
        """The containers of a Compose project, by its name or its folder."""

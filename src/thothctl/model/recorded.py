"""What lies on the host while work is under way: journals and snapshots of databases."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class JournalFile:
    """The entries of one operation, oldest first."""

    operation: str
    entries: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A consistent copy of a SQLite database on the host; `bytes` is its size."""

    path: Path
    bytes: int
    sha256: str

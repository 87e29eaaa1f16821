"""A backup as a thing: its identity, its manifest and the parts that it consists of."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from thothctl.model.stack import INSTALL_NAME

FORMAT = "thoth-backup/1"
SUFFIX = ".thoth-backup"
STAMP = "%Y%m%dT%H%M%SZ"
BACKUP_ID = re.compile(rf"(\d{{8}}T\d{{6}}Z)-({INSTALL_NAME.pattern})-([0-9a-f]{{4,12}})")
PART_NAME = re.compile(r"[a-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.%-]*)?")
"""`data.tar`, `postgres/thoth.dump`: one folder at most, never a way out of it."""


class Consistency(StrEnum):
    """To which moments the stores of a backup belong."""

    ONE_POINT = "one-point"
    """Writers were paused: every store is of the same moment."""
    PER_STORE = "per-store"
    """Nothing was paused: every store is whole, each of its own moment."""


class Engine(StrEnum):
    """How the bytes of a backup are kept."""

    ARCHIVE = "archive"
    """All in one portable file."""
    REPOSITORY = "repository"
    """What is large in a repository beside it, where equal pieces are kept once."""


class PartKind(StrEnum):
    """What the plain bytes of a part are."""

    SQL = "sql"
    DUMP = "dump"
    """PostgreSQL's custom format."""
    TAR = "tar"
    SNAPSHOT = "snapshot"
    """Qdrant's snapshot of one collection."""


EVERYBODY = ""
"""In place of the label of one install."""

SETTINGS, SECRETS = "settings", "secrets"
"""What every backup holds beside the stores."""


def new_id(now: datetime, install: str, suffix: str) -> str:
    """An id that sorts by time and names its install."""
    return f"{now.astimezone(UTC).strftime(STAMP)}-{install}-{suffix}"


def time_of(backup: str) -> datetime:
    """When the backup of this id was begun; raises ValueError for what is no id."""
    if not (found := BACKUP_ID.fullmatch(backup)):
        raise ValueError(f"{backup} is no id of a backup")
    return datetime.strptime(found[1], STAMP).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Head:
    """What an archive says of itself before anything else; never a secret."""

    id: str
    install: str
    name: str
    created: str
    fingerprint: str
    sealed: bool = False
    """The identity lies in the archive, encrypted for a passphrase."""
    format: str = FORMAT


@dataclass(frozen=True, slots=True)
class Part:
    """One stream: `bytes` and `sha256` of it as it was, `stored` of it packed and encrypted.

    One in the repository names its `snapshot`, and for files the folder in it; every byte of these
    is proved by the repository itself, and there are no hashes where nothing was one stream.
    """

    name: str
    store: str
    kind: PartKind
    bytes: int
    sha256: str
    stored: int
    stored_sha256: str
    counts: Mapping[str, int] = field(default_factory=dict)
    snapshot: str = ""

    def __post_init__(self) -> None:
        if not PART_NAME.fullmatch(self.name) or ".." in self.name:
            raise ValueError(f"{self.name!r} cannot be the name of a part")

    @property
    def member(self) -> str:
        """Its name in the archive."""
        return f"parts/{self.name}.zst.age"

    def is_plain(self, sha256: str) -> bool:
        """These are the bytes that were saved, as far as this part can tell."""
        return (bool(self.snapshot) and not self.sha256) or sha256 == self.sha256

    def is_stored(self, sha256: str) -> bool:
        """These are the packed bytes that were kept, as far as this part can tell."""
        return bool(self.snapshot) or sha256 == self.stored_sha256


@dataclass(frozen=True, slots=True)
class SavedImage:
    """The image that a store was served by."""

    reference: str
    id: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """The PostgreSQL server that a dump was made by."""

    major: int
    version: str
    collation: str
    extensions: Mapping[str, Sequence[str]]
    """By database, as `name version`."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that can be said of a backup without opening it."""

    id: str
    install: str
    name: str
    created: str
    stack: str
    mode: str
    release: int
    thothctl_version: str
    product_version: str
    settings_version: int
    database_revision: str
    architecture: str
    fingerprint: str
    consistency: Consistency
    write_pause_ms: int
    duration_ms: int
    stores: Sequence[str]
    """The stores that were saved; all of the install's when `full`."""
    full: bool
    images: Mapping[str, SavedImage]
    parts: Sequence[Part]
    clusters: Mapping[str, Cluster] = field(default_factory=dict)
    """By store."""
    stored_as: Mapping[str, str] = field(default_factory=dict)
    """The kind of each store, as the stack file names it."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """By store, about how many bytes it had: a dump is smaller than what is made of it."""
    remarks: Sequence[str] = ()
    note: str = ""
    engine: str = Engine.ARCHIVE.value
    format: str = FORMAT

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    @property
    def stored(self) -> int:
        return sum(part.stored for part in self.parts)

    def part(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)

    def parts_of(self, store: str) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.store == store)


@dataclass(frozen=True, slots=True)
class Stored:
    """A backup in its place; `verified` and `deep` say when that was proved last."""

    head: Head
    manifest: Manifest
    place: str
    size: int
    target: str = ""
    """The address of the place it lies in."""
    verified: datetime | None = None
    deep: datetime | None = None
    drilled: datetime | None = None

    @property
    def id(self) -> str:
        return self.head.id

    @property
    def time(self) -> datetime:
        return time_of(self.head.id)

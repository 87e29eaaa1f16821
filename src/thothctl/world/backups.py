"""The ports that backups are made, kept and read through."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from thothctl.model.backup import Head, Manifest, Part, Stored
from thothctl.model.backup_key import KeyRecord
from thothctl.model.schedule import Schedule
from thothctl.model.secret import Secret


@dataclass(frozen=True, slots=True)
class Mount:
    """A volume by its name, or a file or folder of this machine by its absolute path."""

    source: str
    target: str
    writable: bool = False


NOBODY = ""
"""Whose tasks those are that only read: who clears up after an install lets them be."""


@dataclass(frozen=True, slots=True)
class Task:
    """One program in a container of its own that is gone afterwards; the toolbox unless `image`.

    It runs as root with the few rights that files of others take, without network, and carries the
    labels of its install and operation. `own_user` runs it as the image's user, without any right.
    """

    install: str
    operation: str
    argv: Sequence[str]
    mounts: Sequence[Mount] = ()
    network: str = "none"
    image: str = ""
    own_user: bool = False
    named: bool = False
    """Its host name is its own, so that what it locks tells who holds it."""


@dataclass(frozen=True, slots=True)
class Inside:
    """One program in a container that runs already."""

    container: str
    argv: Sequence[str]


Program = Task | Inside


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program, and the one that fed it, ended; `tail` are last lines of standard error."""

    status: int
    tail: Sequence[str] = ()
    feeder: int = 0
    feeder_tail: Sequence[str] = ()

    @property
    def good(self) -> bool:
        return self.status == 0 and self.feeder == 0

    @property
    def said(self) -> str:
        """Why it went wrong, the feeder's words first: a broken source makes broken readers."""
        lines = self.feeder_tail if self.feeder else self.tail
        return " / ".join(lines) or f"exit status {self.feeder or self.status}"


class Conversation(Protocol):
    """A program that reads a line and answers lines."""

    def tell(self, line: str) -> None: ...
    def hear(self, *, seconds: float) -> str:
        """The next line of its answer; raises EngineRefusedError when none comes in time."""

    def ended(self) -> Ended | None:
        """How it ended, None while it runs."""


class Toolbox(Protocol):
    """Runs one-off programs beside the stack and streams through them, flat in memory."""

    def run(
        self,
        program: Program,
        *,
        feed: Program | Iterable[bytes] | None = None,
        into: Callable[[bytes], object] | None = None,
        heard: Callable[[str], None] = lambda _: None,
    ) -> Ended:
        """To the end. `into` gets its standard output, `heard` each line of standard error.

        `feed` is the program whose output it reads, or the bytes themselves.
        """

    def stream(self, task: Task, ended: Callable[[Ended], None]) -> Iterator[bytes]:
        """Its standard output, piece by piece; `ended` hears how it ended, after the last."""

    def talk(self, program: Program) -> AbstractContextManager[Conversation]:
        """It is started before the body begins, and gone after it."""

    def clear(self, install: str) -> None:
        """Remove the containers of tasks that were left behind."""

    def alive(self) -> str:
        """ENGINE:SECONDS:NAME,NAME…: where and when it was asked, and the tasks that are there."""


class PartSink(Protocol):
    """Where the packed bytes of a part go."""

    def write(self, chunk: bytes) -> None: ...
    @property
    def stored(self) -> int: ...
    @property
    def stored_sha256(self) -> str: ...


class ArchiveWriter(Protocol):
    """An archive in the making; parts go in one after the other."""

    def add(self, member: str) -> AbstractContextManager[PartSink]: ...
    def seal(self, manifest: Manifest) -> None:
        """Write the manifest, the last of all, and make every byte durable."""


class Archive(Protocol):
    """An archive that is complete."""

    @property
    def head(self) -> Head: ...
    @property
    def manifest(self) -> Manifest: ...
    @property
    def size(self) -> int: ...
    def key(self) -> bytes | None:
        """The identity, encrypted for a passphrase, where the archive carries it."""

    def read(self, part: Part, key: Path | None = None) -> Iterator[bytes]:
        """The packed bytes of a part; raises IntegrityError when it is not there whole.

        Those of a part in a repository are plain after a first line, and take its `key`.
        """


class Archives(Protocol):
    """Archive files: one portable file a backup."""

    def create(
        self, path: Path, head: Head, key: bytes | None
    ) -> AbstractContextManager[ArchiveWriter]: ...
    def open(self, path: Path) -> Archive:
        """Raises IntegrityError for what is no complete archive, IncompatibleError for a newer."""


class Target(Protocol):
    """One place where backups are kept: a folder, or one on another machine."""

    @property
    def address(self) -> str: ...
    @property
    def near(self) -> Path:
        """The folder of this machine that a backup is written to before it is published."""

    def free_bytes(self) -> int | None:
        """What is left in the place; None where it does not tell, but it answers."""

    def stage(self, backup: str) -> Path:
        """A file of this machine to write the archive to; not a backup before `publish`."""

    def publish(self, backup: str) -> str:
        """Make what was staged a backup, at once or not at all; returns its place."""

    def where(self, backup: str) -> str:
        """The place of a backup, in words that a person can follow."""

    def discard(self, backup: str) -> None:
        """Remove what was staged, if anything was."""

    def sweep(self, backups: Sequence[str]) -> Collection[str]:
        """Remove what got there of backups that never were complete there.

        Those that are complete stay, and are returned, whether they can be read or not.
        """

    def backups(self, install: str) -> tuple[Stored, ...]:
        """Those of one install, the oldest first; what is broken or foreign is left out."""

    def strangers(self, install: str) -> tuple[str, ...]:
        """Names of archives here that are another install's or cannot be read."""

    def fetch(self, backup: str) -> Path:
        """A file of this machine that opens as the archive; its parts may lie elsewhere."""

    def remove(self, backup: str) -> None: ...


class Targets(Protocol):
    """Places by their address; a plain path is a folder."""

    def open(self, address: str, name: str = "") -> Target:
        """`name` is the install whose secrets open places on other machines."""


class Keys(Protocol):
    """Keys that backups are encrypted with: an identity opens what its recipient closed."""

    def make(self) -> Secret:
        """A new identity."""

    def recipient(self, identity: Secret) -> str:
        """Its public key; raises InvalidInputError for what is no identity."""

    def known(self, recipient: str) -> str:
        """The public key as it is written; raises InvalidInputError for what is none."""

    def seal(self, identity: Secret, passphrase: Secret) -> bytes:
        """The identity, encrypted for a passphrase."""

    def unseal(self, sealed: bytes, passphrase: Secret) -> Secret:
        """Raises IntegrityError for another passphrase."""

    def held(self, identity: Secret) -> AbstractContextManager[Path]:
        """The identity as a file that nobody else reads, gone after the body."""


class BackupRecords(Protocol):
    """What an install knows of its backups, and what of an install goes into them."""

    def key(self, name: str) -> KeyRecord: ...
    def save_key(self, name: str, record: KeyRecord) -> None: ...
    def events(self, name: str) -> tuple[Mapping[str, object], ...]:
        """What happened to its backups: `created`, `verified`, `drilled`, `pruned`, in order."""

    def note(self, name: str, event: Mapping[str, object]) -> None: ...
    def schedule(self, name: str) -> Schedule | None:
        """When backups are made by the clock; None where nobody said."""

    def save_schedule(self, name: str, schedule: Schedule | None) -> None: ...
    def settings_tar(self, name: str, release: int) -> bytes:
        """Settings, the user's files, certificates and the release as it was rendered."""

    def secrets_tar(self, name: str) -> bytes: ...

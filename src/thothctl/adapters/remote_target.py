"""Places on other machines that backups are kept in, reached through the toolbox."""

import io
import json
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath

from thothctl.adapters.archive_file import ArchiveFiles
from thothctl.adapters.elsewhere import ORIGIN
from thothctl.adapters.files import private_folder, translated, write_durably
from thothctl.adapters.places import Credentials, checked, described
from thothctl.adapters.repositories import NETWORK, PLACE
from thothctl.errors import ThothctlError
from thothctl.model.backup import EVERYBODY, SUFFIX, Stored
from thothctl.world.backups import Mount, Task, Toolbox
from thothctl.world.repositories import refuse

INDEX, NAMES = ".thoth-index", "names"
TAKEN = "/run/taken"
PRIVATE_FILE = 0o600


@dataclass(frozen=True, slots=True)
class Way:
    """What a place is reached with."""

    home: Path
    toolbox: Callable[[], Toolbox]
    credentials: Credentials


class RemoteTarget:
    """Answers `world.Target`; of each archive there is an index beside it, which comes last."""

    def __init__(self, address: str, way: Way, archives: ArchiveFiles) -> None:
        self._address, self._way, self._archives = checked(address), way, archives
        mark = sha256(self._address.encode()).hexdigest()[:16]
        self._cache = way.home / "remote" / mark

    @property
    def address(self) -> str:
        return self._address

    @property
    def near(self) -> Path:
        return self._cache

    def free_bytes(self) -> int | None:
        """Nobody tells; whoever asks learns now whether the place answers."""
        self._ask("list")
        return None

    def stage(self, backup: str) -> Path:
        with translated(f"create {self._cache}"):
            private_folder(self._way.home)
            private_folder(self._cache.parent)
            private_folder(self._cache)
            private_folder(self._cache / ".staging")
        return self._cache / ".staging" / f"{backup}{SUFFIX}"

    def publish(self, backup: str) -> str:
        """The index is the last to arrive: without it there is no backup."""
        staged = self.stage(backup)
        index = staged.with_suffix(INDEX)
        if staged.exists():
            self._archives.index(staged, index)
            self._put(staged, f"{backup}{SUFFIX}")
            self._put(index, f"{backup}{INDEX}")
            with translated(f"read {index}"):
                self._take(index.name, index.read_bytes())
            self.discard(backup)
        return self.where(backup)

    def where(self, backup: str) -> str:
        return f"{self._base}/{backup}{SUFFIX}"

    def discard(self, backup: str) -> None:
        for path in (self.stage(backup), self.stage(backup).with_suffix(INDEX)):
            with translated(f"remove {path}"):
                path.unlink(missing_ok=True)

    def sweep(self, backups: Sequence[str]) -> tuple[str, ...]:
        for backup in backups:
            self.discard(backup)
        self._ask("sweep", INDEX, *(f"{backup}{SUFFIX}" for backup in backups))
        there = set(self._ask("list").decode().split())
        return tuple(one for one in backups if {f"{one}{INDEX}", f"{one}{SUFFIX}"} <= there)

    def backups(self, install: str) -> tuple[Stored, ...]:
        names, found = self._shelf
        ours = [one for one in found if install in {EVERYBODY, one.head.install}]
        whole = [one for one in ours if f"{one.id}{SUFFIX}" in names]
        return tuple(sorted(whole, key=lambda one: one.id))

    def strangers(self, install: str) -> tuple[str, ...]:
        ours = {f"{one.id}{SUFFIX}" for one in self.backups(install)}
        return tuple(name for name in self._shelf[0] if name.endswith(SUFFIX) and name not in ours)

    def fetch(self, backup: str) -> Path:
        path = self._cache / f"{backup}{SUFFIX}"
        if not path.exists():
            self._shelf  # noqa: B018 - fetches what is there
        return path

    def remove(self, backup: str) -> None:
        """First what makes it a backup."""
        self._ask("remove", f"{backup}{INDEX}", f"{backup}{SUFFIX}")
        for path in self._cache.glob(f"{backup}{SUFFIX}*"):
            with translated(f"remove {path}"):
                path.unlink(missing_ok=True)

    @property
    def _base(self) -> str:
        return self._address.partition("?")[0]

    @cached_property
    def _shelf(self) -> tuple[tuple[str, ...], tuple[Stored, ...]]:
        """The names of what is there, and what the indexes say."""
        content = self._ask("indexes")
        names: tuple[str, ...] = ()
        found: list[Stored] = []
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            for member in tar:
                stream = tar.extractfile(member)
                data = stream.read() if stream else b""
                if member.name == NAMES:
                    names = tuple(json.loads(data))
                elif one := self._take(PurePosixPath(member.name).name, data):
                    found.append(one)
        return names, tuple(found)

    def _take(self, name: str, data: bytes) -> Stored | None:
        """Keep an index as the archive that it stands for."""
        backup = name.removesuffix(INDEX)
        self.stage(backup)
        path = self._cache / f"{backup}{SUFFIX}"
        write_durably(path, data, mode=PRIVATE_FILE)
        write_durably(
            path.with_name(path.name + ORIGIN),
            json.dumps({"target": self._address}),
            mode=PRIVATE_FILE,
        )
        try:
            archive = self._archives.open(path)
            size = max((s + n for s, n in archive.offsets.values()), default=archive.size)
            where = self.where(backup)
            found = Stored(archive.head, archive.manifest, where, size, self._address)
        except ThothctlError:
            return None
        return found if found.id == backup else None

    def _put(self, file: Path, name: str) -> None:
        with self._task("put", TAKEN, name, more=(Mount(str(file), TAKEN),)) as task:
            ended = self._way.toolbox().run(task)
            refuse(ended, f"{name} did not get to {self._base}")

    def _ask(self, *words: str) -> bytes:
        said: list[bytes] = []
        with self._task(*words) as task:
            refuse(self._way.toolbox().run(task, into=said.append), f"{self._base} did not answer")
        return b"".join(said)

    @contextmanager
    def _task(self, *words: str, more: tuple[Mount, ...] = ()) -> Iterator[Task]:
        with described(self._way.home, self._address, self._way.credentials) as place:
            mounts = (Mount(str(place), PLACE), *more)
            yield Task("", "place", ("thoth-place", *words), mounts, NETWORK)

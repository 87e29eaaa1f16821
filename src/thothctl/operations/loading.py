"""Loads the parts of a backup into fresh generations, and compares what is there afterwards."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

from thothctl.errors import (
    EngineRefusedError,
    IntegrityError,
    NoSpaceError,
    ThothctlError,
    tells_no_space,
)
from thothctl.model.backup import Part, PartKind
from thothctl.model.event import Progress
from thothctl.operations.backup_qdrant import KEY as API_KEY
from thothctl.operations.backup_qdrant import URL
from thothctl.operations.growing import seen_growing, volume_bytes
from thothctl.world import World
from thothctl.world.backups import Archive, Ended, Mount, Task

KEY, PLACE, STAGED = "/run/secrets/backup_key", "/store", "restore"
SNAPSHOT = "appendonlydir/appendonly.aof.1.base.rdb"
REFUSED, FULL = 12, 14
VERIFY_HINT = "`thothctl backup verify` says more; take another backup: `thothctl backup list`"
IMPORT_HINT = "stop all that writes to the original, look whether it is whole, and copy it again"


@dataclass(frozen=True, slots=True)
class Load:
    """One store of a backup on its way into a volume; `key` is the file with the private key."""

    world: World
    archive: Archive
    install: str
    store: str
    volume: str
    key: Path

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.archive.manifest.parts_of(self.store)

    def prepare(self, image: str, path: str) -> None:
        """Give the volume the owner that the service's own image wants."""
        own = Mount(self.volume, path, writable=True)
        self.run(Task(self.install, "restore", ("true",), (own,), image=image, own_user=True))

    def empty(self) -> None:
        """Without what its image, or a try that was cut off, left in it."""
        self.run(self.task("find", PLACE, "-mindepth", "1", "-delete"))

    def task(self, *argv: str) -> Task:
        """A program of the toolbox that has the volume and the key."""
        mounts = (Mount(self.volume, PLACE, writable=True), Mount(str(self.key), KEY))
        return Task(self.install, "restore", argv, mounts)

    def run(self, task: Task) -> str:
        """Its standard output; raises what its end means."""
        said: list[bytes] = []
        ended = self.world.toolbox.run(task, into=said.append)
        refuse(ended, self.store)
        return b"".join(said).decode(errors="replace")

    def unpack(self, part: Part, *argv: str, task: Task | None = None) -> bytes:
        """Give a part, decrypted and checked, to a program; returns that program's output."""
        wanted = task or self.task("thoth-unpack", KEY, "--", *argv)
        meter, said = Meter(part, self.world.report), list[bytes]()
        ended = self.world.toolbox.run(
            wanted, feed=hashed(self.archive, part, self.key), into=said.append, heard=meter.hear
        )
        refuse(ended, part.name)
        if not part.is_plain(meter.sha256):
            raise _integrity(f"{part.name} is not what was written when the backup was made")
        return b"".join(said)

    def compare(self, part: Part, found: Mapping[str, int]) -> None:
        """Raise IntegrityError where the manifest counted something else."""
        for name, count in part.counts.items():
            if found.get(name, 0) != count:
                raise _integrity(
                    f"{part.name} came out with {found.get(name, 0)} of {count} in {name}"
                )


@dataclass
class Meter:
    """Hears from the toolbox how far a stream is."""

    part: Part
    report: Callable[[Progress], None]
    sha256: str = field(default="")

    def hear(self, line: str) -> None:
        if not line.startswith("{"):
            return
        news = json.loads(line)
        self.sha256 = str(news.get("sha256", self.sha256))
        done = int(news.get("bytes", 0))
        self.report(Progress(self.part.name, "restoring", done, self.part.bytes, "bytes"))


def hashed(archive: Archive, part: Part, key: Path | None) -> Iterator[bytes]:
    """The packed bytes of a part; raises IntegrityError at their end when one is another."""
    digest = sha256()
    for chunk in archive.read(part, key):
        digest.update(chunk)
        yield chunk
    if not part.is_stored(digest.hexdigest()):
        raise _integrity(f"bytes of {part.name} are not those that were written")


def refuse(ended: Ended, what: str, doing: str = "restore", done: str = "restored") -> None:
    """Raise what the end of a program means; `doing` is what the user asked for."""
    if ended.good:
        return
    if ended.status == FULL or tells_no_space(ended.said):
        raise NoSpaceError(
            f"{what} could not be {done}: no space left",
            hint=f"free some space where Docker keeps its volumes, then {doing} again",
        )
    if ended.status == REFUSED:
        hint = IMPORT_HINT if doing == "import" else VERIFY_HINT
        raise _integrity(f"{what} was refused: {ended.said}", hint)
    raise EngineRefusedError(
        f"{what} could not be {done}: {ended.said}",
        hint="look at what it names; nothing of the running system was touched",
    )


def check_stored(world: World, archive: Archive, key: Path) -> None:
    """Read every packed part; raises IntegrityError for the first that is not as written."""
    for part in archive.manifest.parts:
        done = 0
        for chunk in hashed(archive, part, key):
            done += len(chunk)
            world.report(Progress(part.name, "checking", done, part.stored, "bytes"))


def load_tar(load: Load) -> None:
    """Files come out with their owners; databases among them are counted."""
    (part,) = load.parts
    counted = json.loads(load.unpack(part, "thoth-fill", PLACE))
    load.compare(part, {"files": int(counted["files"]), **counted["rows"]})


def load_postgres(load: Load, image: str, path: str, count: str) -> None:
    """A new cluster with the roles and databases of the dumps; its server has no network."""
    load.empty()
    for part in load.parts:
        load.unpack(part, "thoth-stage", PLACE, f"{STAGED}/{part.name.rpartition('/')[2]}")
    mount = Mount(load.volume, path, writable=True)
    argv = ("thoth-load", f"{path}/{STAGED}", count)
    task = Task(load.install, "restore", argv, (mount,), image=image, own_user=True)
    load.world.report(Progress(load.store, "loading the databases"))
    look = partial(volume_bytes, load.world, load.install, load.volume)
    with seen_growing(load.world, load.store, "loading the databases", look):
        found = dict(counts_of(load.run(task)))
    for part in load.parts:
        if part.kind is PartKind.DUMP:
            database = part.name.rpartition("/")[2].removesuffix(".dump")
            load.compare(part, found.get(database, {}))


def counts_of(text: str) -> Mapping[str, dict[str, int]]:
    """By database, its tables and their rows, as `thoth-load` prints them."""
    found: dict[str, dict[str, int]] = {}
    for line in text.splitlines():
        database, _, counted = line.partition("\t")
        found[database] = json.loads(counted)
    return found


def load_redis(load: Load, image: str, path: str) -> None:
    """The append-only file begins with the snapshot, so that the server does not start empty."""
    (part,) = load.parts
    load.unpack(part, "thoth-fill", PLACE)
    mount = Mount(load.volume, path)
    argv = ("redis-check-rdb", f"{path}/{SNAPSHOT}")
    task = Task(load.install, "restore", argv, (mount,), image=image, own_user=True)
    words = load.run(task).split()
    keys = next((n for n, *rest in _triples(words) if rest == ["keys", "read"]), "0")
    load.compare(part, {"keys": int(keys)})


def _triples(words: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(words, words[1:], words[2:], strict=False)


def load_qdrant(load: Load, network: str, secret: Path | None) -> None:
    """Each collection from its snapshot, through the API of the server that runs."""
    mounts = [Mount(str(load.key), KEY), *([Mount(str(secret), API_KEY)] if secret else [])]
    for part in load.parts:
        collection = unquote(part.name.rpartition("/")[2].removesuffix(".snapshot"))
        argv = ("thoth-unpack", KEY, "--", "thoth-qdrant", URL, API_KEY, "put", collection)
        task = Task(load.install, "restore", argv, mounts, network)
        load.compare(part, json.loads(load.unpack(part, task=task)))


def plain_bytes(load: Load, name: str) -> bytes:
    """A small part as it was."""
    mounts = (Mount(str(load.key), KEY),)
    task = Task(load.install, "restore", ("thoth-unpack", KEY), mounts)
    return load.unpack(_part(load, name), task=task)


def _part(load: Load, name: str) -> Part:
    try:
        return load.archive.manifest.part(name)
    except StopIteration:
        raise _integrity(f"the part {name} is missing") from None


def _integrity(message: str, hint: str = VERIFY_HINT) -> ThothctlError:
    return IntegrityError(f"{message}; nothing of the running system was touched", hint=hint)

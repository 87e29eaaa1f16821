"""Packs streams into the archive: compressed, encrypted, hashed before and after."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO

from thothctl.errors import BackupFailedError
from thothctl.model.backup import Part, PartKind
from thothctl.model.event import Progress
from thothctl.model.install import Install, Release
from thothctl.model.observed import ObservedContainer
from thothctl.model.stack import Stack, Store
from thothctl.world import World
from thothctl.world.backups import ArchiveWriter, Ended, Mount, Program, Task

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Scene:
    """The install that is saved, as it is."""

    world: World
    install: Install
    release: Release
    stack: Stack
    operation: str
    containers: Sequence[ObservedContainer]
    """Those that run."""

    def task(self, *argv: str, mounts: Sequence[Mount] = (), network: str = "none") -> Task:
        return Task(self.install.uuid, self.operation, argv, mounts, network)

    def volume(self, store: Store, *, writable: bool = False) -> Mount:
        name = self.install.volume(store.name, self.release.generations[store.name])
        return Mount(name, "/volume", writable=writable)

    def container(self, store: Store) -> str:
        found = [one.id for one in self.containers if one.service == store.service]
        if found:
            return found[0]
        raise BackupFailedError(
            f"{store.service} does not run, and its data is read through it",
            hint=f"run `thothctl start {store.service}`, then the backup again",
        )


@dataclass(frozen=True, slots=True)
class Stream:
    """What becomes a part: the output of `source`, or its bytes."""

    name: str
    store: str
    kind: PartKind
    source: Program | Iterable[bytes]
    size: int = 0
    """About how much it will be, 0 where nobody knows."""
    counts: Callable[[], Mapping[str, int]] = field(default=dict)
    """Asked when the stream has ended."""
    folder: str = ""
    """Where in the mounts of `source` its files lie, for who takes them one by one."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A stream that fits into memory: how much it is, and it compressed and encrypted."""

    stream: Stream
    size: int
    sha256: str
    stored: bytes


class Packer:
    """Writes one part after the other."""

    def __init__(self, scene: Scene, writer: ArchiveWriter, recipient: str) -> None:
        self._scene, self._writer, self._recipient = scene, writer, recipient

    def pack(self, stream: Stream) -> Part:
        """Raises BackupFailedError when anything on the way did not end well."""
        meter = Meter(self._scene.world, stream.name, stream.size)
        task, feed = self._program(stream)
        with self._writer.add(f"parts/{stream.name}.zst.age") as sink:
            ended = self._scene.world.toolbox.run(
                task, feed=feed, into=sink.write, heard=meter.hear
            )
        if not ended.good or meter.sha256 is None:
            raise unread(stream, ended)
        return Part(
            stream.name,
            stream.store,
            stream.kind,
            meter.bytes,
            meter.sha256,
            sink.stored,
            sink.stored_sha256,
            dict(stream.counts()),
        )

    def packed(self, streams: Sequence[Stream]) -> list[Packed]:
        """Things in memory, all through one container: starting it is what takes time."""
        contents = [_content(stream) for stream in streams]
        hashes, said = list[str](), list[bytes]()
        ended = self._scene.world.toolbox.run(
            self._scene.task("thoth-pack-each", self._recipient),
            feed=[b"%d\n%b" % (len(one), one) for one in contents],
            into=said.append,
            heard=lambda line: hashes.extend(_hash_in(line)),
        )
        if not ended.good or hashes != [sha256(one).hexdigest() for one in contents]:
            raise unread(streams[0], ended)
        whole = BytesIO(b"".join(said))
        return [
            Packed(stream, len(content), digest, whole.read(int(whole.readline())))
            for stream, content, digest in zip(streams, contents, hashes, strict=True)
        ]

    def write(self, small: Packed) -> Part:
        """What was packed in memory, as the next part."""
        stream = small.stream
        with self._writer.add(f"parts/{stream.name}.zst.age") as sink:
            sink.write(small.stored)
        sizes = small.size, small.sha256, sink.stored, sink.stored_sha256
        return Part(stream.name, stream.store, stream.kind, *sizes, dict(stream.counts()))

    def _program(self, stream: Stream) -> tuple[Task, Program | Iterable[bytes] | None]:
        """A task of the toolbox packs its own output; everything else is fed to one that packs."""
        words = ("thoth-pack", self._recipient)
        if isinstance(stream.source, Task) and not stream.source.image:
            own = stream.source
            argv = (*words, "--", *own.argv)
            return Task(own.install, own.operation, argv, own.mounts, own.network), None
        return self._scene.task(*words), stream.source


def _content(stream: Stream) -> bytes:
    assert not isinstance(stream.source, Program)  # noqa: S101 - it is in memory
    return b"".join(stream.source)


def _hash_in(line: str) -> list[str]:
    """What `thoth-meter` says when it is over."""
    news = json.loads(line) if line.startswith("{") else {}
    return [news["sha256"]] if "sha256" in news else []


def unread(stream: Stream, ended: Ended) -> BackupFailedError:
    """A producer, or what packs its stream, did not end well."""
    return BackupFailedError(
        f"{stream.name} could not be read to its end: {ended.said}",
        hint="see `thothctl health`; nothing was published, run the backup again",
    )


class Meter:
    """Hears what `thoth-meter` tells and passes on how fast it goes."""

    def __init__(self, world: World, subject: str, total: int) -> None:
        self._world, self._subject, self._total = world, subject, total
        self._began = world.clock.monotonic()
        self.bytes = self.added = 0
        self.sha256: str | None = None
        self.snapshot = ""
        self.snapshots: dict[str, str] = {}

    def hear(self, line: str) -> None:
        if not line.startswith("{"):
            return
        news = json.loads(line)
        self.bytes = int(news.get("bytes", self.bytes))
        self.sha256 = news.get("sha256", self.sha256)
        self.snapshot = str(news.get("snapshot", self.snapshot))
        self.snapshots = dict(news.get("snapshots", self.snapshots))
        self.added = int(news.get("added", self.added))
        self._world.report(self._progress())

    def _progress(self) -> Progress:
        total = self.bytes if self.sha256 else max(self._total, self.bytes)
        rate = self.bytes / max(self._world.clock.monotonic() - self._began, 1e-3)
        left = (total - self.bytes) / rate if rate and self._total else None
        words = f"{rate / MIB:,.0f} MiB/s"
        if left and not self.sha256:
            words += f", {left:,.0f} s left"
        known = total if self._total or self.sha256 else None
        return Progress(self._subject, words, self.bytes, known, "bytes", rate, left)

"""Keeps what is large of a backup in the repository of its install, beside the archive."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from thothctl.errors import IntegrityError, UsageError
from thothctl.model.backup import Part, PartKind
from thothctl.model.backup_key import SECRET, fingerprint_of, is_backup_key
from thothctl.model.install import Install
from thothctl.operations.backup_key import BackupKey
from thothctl.operations.backup_order import BackupOrder
from thothctl.operations.backup_packing import Meter, Packer, Scene, Stream, unread
from thothctl.world import World
from thothctl.world.backups import Ended, Mount, Program, Task
from thothctl.world.repositories import LOCKED, REFUSED, SHUT_OUT, UNREACHABLE, Reach, refuse

OF_THE_PLACE = (LOCKED, REFUSED, UNREACHABLE, SHUT_OUT)
MADE = "repository"
NEW_KEY = "/run/secrets/new_key"


def refuse_foreign_key(key: BackupKey) -> None:
    """What is written to a repository has to be read there: a public key is not enough."""
    if key.record.recipient or not key.has_identity:
        raise UsageError(
            "a repository opens with a private key, and backups are encrypted for somebody else",
            hint="give --engine archive, or run `thothctl backup key set --own`",
        )


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository of an install in one place, and who works with it."""

    world: World
    install: Install
    target: str
    operation: str

    @contextmanager
    def reached(self, beside: str = "") -> Iterator[Reach]:
        key = self.world.installs.secret_path(self.install.name, SECRET)
        reach = self.world.repositories.reached(self.target, self.install.uuid, key, beside=beside)
        with reach as found:
            yield found

    def run(self, *words: str, beside: str = "") -> Meter:
        """To its end; raises what that means, and says what it told.

        A key that was made after a repository is let in by one from before.
        """
        try:
            return self._run(words, beside)
        except IntegrityError:
            places = [place for place in (self.target, beside) if place]
            admitted = [self._admitted(place) for place in places]
            if not any(admitted):
                raise
            return self._run(words, beside)

    def _run(self, words: tuple[str, ...], beside: str) -> Meter:
        meter = Meter(self.world, self.target, 0)
        with self.reached(beside) as reach:
            task = reach.task(self.install.uuid, self.operation, words)
            refuse(self.world.toolbox.run(task, heard=meter.hear), self.target)
        return meter

    def provide(self) -> None:
        """Make it where none is, and learn whether the key opens it; once for each key."""
        identity = self.world.installs.secret(self.install.name, SECRET)
        mark = fingerprint_of(self.world.backup_keys.recipient(identity))
        event = {"event": MADE, "target": self.target, "fingerprint": mark}
        known = self.world.backup_records.events(self.install.name)
        there = any({**one, **event} == one for one in known)
        if there and not self.world.repositories.unsettled(self.target, self.install.uuid):
            return
        self.run("ready", self.world.toolbox.alive())
        if not there:
            self.world.backup_records.note(self.install.name, event)

    def _admitted(self, place: str) -> bool:
        stored = self.world.installs.stored_secrets(self.install.name)
        earlier = [name for name in stored if is_backup_key(name) and name != SECRET]
        return any(self._admitted_by(secret, place) for secret in earlier)

    def _admitted_by(self, secret: str, place: str) -> bool:
        installs, name = self.world.installs, self.install.name
        new = Mount(str(installs.secret_path(name, SECRET)), NEW_KEY)
        old, uuid = installs.secret_path(name, secret), self.install.uuid
        with self.world.repositories.reached(place, uuid, old) as reach:
            task = reach.task(uuid, self.operation, ("admit", NEW_KEY), new)
            return self.world.toolbox.run(task).good

    def drop(self, backup: str) -> None:
        """Forget what was saved of a backup that is none; its room is freed with that of others."""
        self.run("drop", self.world.toolbox.alive(), backup)

    def take_over(self, backup: str, wanted: Iterable[str], target: str) -> dict[str, str]:
        """What a backup names of the repository in another place; the new snapshots by part."""
        words = ("copy", self.world.toolbox.alive(), backup, *wanted)
        return self.run(*words, beside=target).snapshots

    def keep(self, backups: Iterable[str]) -> None:
        """Forget all others and free their room, after a check that it is whole."""
        self.run("keep", self.world.toolbox.alive(), *backups)


class RepositoryPacker:
    """Writes one part after the other: what is small into the archive, the rest beside it."""

    def __init__(self, scene: Scene, order: BackupOrder, small: Packer) -> None:
        self._scene, self._order, self._small = scene, order, small
        self._kept = Repository(scene.world, scene.install, order.target, order.backup)

    def pack(self, stream: Stream) -> Part:
        """Raises BackupFailedError when anything on the way did not end well."""
        if stream.kind is PartKind.SQL:
            return self._small.pack(stream)
        meter = Meter(self._scene.world, stream.name, stream.size)
        with self._kept.reached() as reach:
            task, feed = self._program(stream, reach)
            ended = self._scene.world.toolbox.run(task, feed=feed, heard=meter.hear)
        self._refuse(stream, ended, meter)
        return Part(
            stream.name,
            stream.store,
            stream.kind,
            meter.bytes,
            meter.sha256 or "",
            meter.added,
            "",
            dict(stream.counts()),
            meter.snapshot,
        )

    def _refuse(self, stream: Stream, ended: Ended, meter: Meter) -> None:
        if not ended.feeder and ended.status in OF_THE_PLACE:
            refuse(ended, self._order.target)
        if not ended.good or not meter.snapshot:
            raise unread(stream, ended)

    def _program(
        self, stream: Stream, reach: Reach
    ) -> tuple[Task, Program | Iterable[bytes] | None]:
        """Files are taken one by one, so that those which did not change are passed over."""
        install, backup = self._scene.install.uuid, self._order.backup
        host = f"{install}.{stream.store}"
        words = ("save", host, backup, stream.name)
        own = stream.source
        if not isinstance(own, Task) or own.image:
            return reach.task(install, backup, words), own
        more = (stream.folder,) if stream.folder else ("--", *own.argv)
        return reach.task(install, backup, (*words, *more), *own.mounts), None

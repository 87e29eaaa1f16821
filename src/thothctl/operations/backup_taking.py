"""Takes one backup into a staged archive: prepare, one point under a pause, then long copying."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Protocol

from thothctl.errors import BackupFailedError, EngineRefusedError
from thothctl.model.backup import (
    SECRETS,
    SETTINGS,
    Consistency,
    Engine,
    Head,
    Manifest,
    Part,
    PartKind,
    SavedImage,
)
from thothctl.model.backup_key import fingerprint_of
from thothctl.model.event import Note
from thothctl.model.observed import Condition
from thothctl.model.stack import SaveKind, Store
from thothctl.operations.backup_files import FilesSaver
from thothctl.operations.backup_order import BackupOrder
from thothctl.operations.backup_packing import Packer, Scene, Stream
from thothctl.operations.backup_postgres import PostgresSaver
from thothctl.operations.backup_qdrant import QdrantSaver
from thothctl.operations.backup_redis import RedisSaver
from thothctl.operations.backup_repository import Repository, RepositoryPacker
from thothctl.operations.running import active
from thothctl.world import World

GRACE_SECONDS = 2
"""Who is late is waited for a little longer than the pause, which then is what went wrong."""


class Saver(Protocol):
    """Takes one store; everything slow to start is started by `prepare`."""

    def prepare(self, stack: ExitStack, /) -> None: ...
    def point(self) -> None:
        """Ask for the state of this moment."""

    def pointed(self, seconds: float, /) -> None:
        """Wait until it is held; writers wait, too."""

    def streams(self) -> Iterator[Stream]:
        """What becomes parts, one after the other, the writers at work again."""

    def remarks(self) -> tuple[str, ...]: ...


SAVERS: Mapping[SaveKind, Callable[[Scene, Store, int], Saver]] = {
    SaveKind.POSTGRES: PostgresSaver,
    SaveKind.SQLITE: FilesSaver,
    SaveKind.FILES: FilesSaver,
    SaveKind.CHROMA: FilesSaver,
    SaveKind.REDIS: RedisSaver,
    SaveKind.QDRANT: QdrantSaver,
}


def look_around(world: World, install: str, operation: str) -> Scene:
    """The install as it is recorded and as it runs."""
    current = active(world, install)
    observed = world.engine.observe(current.install.uuid).containers
    running = [c for c in observed if c.condition is not Condition.STOPPED]
    stack = world.bundles.stack(current.install.stack)
    return Scene(world, current.install, current.release, stack, operation, running)


def take(world: World, order: BackupOrder) -> None:
    """Write the whole archive to its staging place; raises BackupFailedError."""
    began = world.clock.monotonic()
    scene = look_around(world, order.name, order.backup)
    stores = [store for store in scene.stack.stores if store.name in order.stores]
    savers: list[Saver] = [SAVERS[s.saved_as](scene, s, order.sizes.get(s.name, 0)) for s in stores]
    head = _head(scene, order)
    path = world.targets.open(order.target, order.name).stage(order.backup)
    key = bytes.fromhex(order.sealed) if order.sealed else None
    _repository(scene, order)
    with ExitStack() as stack, world.archives.create(path, head, key) as writer:
        packer = Packer(scene, writer, order.recipient)
        meanwhile = stack.enter_context(ThreadPoolExecutor(1))
        own = meanwhile.submit(packer.packed, list(_own(scene)))
        for saver in savers:
            saver.prepare(stack)
        pause = hold(scene, order, stores, savers)
        parts = [packer.write(small) for small in own.result()]
        large = packer if order.engine is Engine.ARCHIVE else RepositoryPacker(scene, order, packer)
        parts += [large.pack(stream) for saver in savers for stream in saver.streams()]
        took = round((world.clock.monotonic() - began) * 1000)
        writer.seal(_manifest(scene, order, savers, parts, (pause, took)))


def _repository(scene: Scene, order: BackupOrder) -> None:
    """It is there before anybody waits for it."""
    if order.engine is Engine.REPOSITORY:
        Repository(scene.world, scene.install, order.target, order.backup).provide()


def hold(scene: Scene, order: BackupOrder, stores: Sequence[Store], savers: Sequence[Saver]) -> int:
    """Take the point of every store; returns for how many milliseconds writers were paused."""
    world = scene.world
    paused = writers_of(scene, stores) if order.consistency is Consistency.ONE_POINT else ()
    if not paused:
        _point(savers, order.pause_seconds)
        return 0
    with world.writers.held(paused, seconds=order.pause_seconds) as held:
        try:
            _point(savers, order.pause_seconds + GRACE_SECONDS)
        except EngineRefusedError as error:
            raise (_too_long(order) if held.expired else error) from error
    if held.expired:
        raise _too_long(order)
    world.report(Note(f"writers were paused for {held.milliseconds} ms"))
    return held.milliseconds


def _too_long(order: BackupOrder) -> BackupFailedError:
    return BackupFailedError(
        f"the stores were not of one point within {order.pause_seconds} s; writers go on",
        hint="give --longest-pause more seconds, or --consistency per-store",
    )


def _point(savers: Sequence[Saver], seconds: float) -> None:
    for saver in savers:
        saver.point()
    for saver in savers:
        saver.pointed(seconds)


def writers_of(scene: Scene, stores: Sequence[Store]) -> tuple[str, ...]:
    """The containers to pause: who is said to write, else who is no store's own server."""
    services = scene.stack.running_for(scene.release.settings)
    named = {s.name for s in services if s.writes}
    servers = {s.service for s in scene.stack.stores if s.saved_as not in _EMBEDDED}
    chosen = named or {s.name for s in services} - servers
    chosen |= {s.service for s in stores if s.saved_as is SaveKind.CHROMA}
    return tuple(one.id for one in scene.containers if one.service in chosen)


_EMBEDDED = (SaveKind.SQLITE, SaveKind.FILES)


def _own(scene: Scene) -> Iterator[Stream]:
    """What is saved beside the stores, always."""
    records, name = scene.world.backup_records, scene.install.name
    settings = records.settings_tar(name, scene.release.number)
    secrets = records.secrets_tar(name)
    for store, content in ((SETTINGS, settings), (SECRETS, secrets)):
        yield Stream(f"{store}.tar", store, PartKind.TAR, [content], len(content))


def _manifest(
    scene: Scene,
    order: BackupOrder,
    savers: Sequence[Saver],
    parts: Sequence[Part],
    pause_and_duration: tuple[int, int],
) -> Manifest:
    release = scene.release
    known = {store.name: store for store in scene.stack.stores}
    pause, duration = pause_and_duration
    return Manifest(
        id=order.backup,
        install=scene.install.uuid,
        name=scene.install.name,
        created=order.created,
        stack=scene.install.stack,
        mode=str(scene.stack.complete(release.settings)["mode"]),
        release=release.number,
        thothctl_version=scene.world.version,
        product_version=release.version,
        settings_version=release.settings_version,
        database_revision=release.database_revision,
        architecture=scene.world.host.architecture(),
        fingerprint=fingerprint_of(order.recipient),
        consistency=order.consistency,
        write_pause_ms=pause,
        duration_ms=duration,
        stores=order.stores,
        full=order.full,
        images={
            name: SavedImage(reference, release.image_ids.get(name, ""))
            for name, reference in release.images.items()
        },
        parts=tuple(parts),
        clusters={s.store: s.cluster for s in savers if isinstance(s, PostgresSaver) and s.cluster},
        stored_as={name: known[name].saved_as.value for name in order.stores},
        sizes={name: order.sizes[name] for name in order.stores if name in order.sizes},
        remarks=tuple(remark for saver in savers for remark in saver.remarks()),
        note=order.note,
        engine=order.engine.value,
    )


def _head(scene: Scene, order: BackupOrder) -> Head:
    return Head(
        order.backup,
        scene.install.uuid,
        scene.install.name,
        order.created,
        fingerprint_of(order.recipient),
        sealed=bool(order.sealed),
    )

"""Exports: the data of all stores at one point, as plain files that need nothing of ours."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from thothctl.errors import BackupFailedError, NoSpaceError
from thothctl.model.backup import Consistency, PartKind, new_id
from thothctl.model.event import Note, Progress
from thothctl.model.stack import SaveKind
from thothctl.operations import workspaces
from thothctl.operations.backup import measure
from thothctl.operations.backup_order import BackupOrder, order_from_plain, order_to_plain
from thothctl.operations.backup_packing import MIB, Scene, Stream
from thothctl.operations.backup_steps import cleaning
from thothctl.operations.backup_taking import SAVERS, Saver, hold, look_around
from thothctl.operations.export_words import README
from thothctl.operations.plan import Plan, step
from thothctl.world import World
from thothctl.world.backups import Inside, Task
from thothctl.world.exports import Sink

KIND = "export"
RESERVE = 256 * MIB
NEWS_BYTES = 8 * MIB
SETTINGS = "settings.yaml"
FILES, SECRETS = "files", "secrets"
"""How many files there are is told by their sums; what a server keeps secret there stays there."""
AGAIN = 3
"""So often another point is taken, where knowledge was changed around it."""
Knowledge = Mapping[str, Mapping[str, object]]


@step
@dataclass(frozen=True)
class ExportStores:
    """Hold every store at one point and write it out as plain files, aside."""

    order: Mapping[str, object]
    why: str
    title: ClassVar[str] = "Export"
    harmless: ClassVar[bool] = True
    needs_release: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        for last in (*[False] * AGAIN, True):
            order, scene = self._let_go(world)
            world.exports.stage(Path(order.target))
            if _take(scene, order, last=last):
                break
            self.undo(world)

    def undo(self, world: World) -> None:
        order, scene = self._let_go(world)
        world.exports.discard(Path(order.target))
        for store in scene.stack.stores:
            if store.name in order.stores and (task := cleaning(scene, store)):
                world.toolbox.run(task)

    def _let_go(self, world: World) -> tuple[BackupOrder, Scene]:
        """Whatever a try that was killed still holds."""
        order = order_from_plain(self.order)
        scene = look_around(world, order.name, order.backup)
        world.writers.release(scene.install.uuid)
        world.toolbox.clear(scene.install.uuid)
        return order, scene


@step
@dataclass(frozen=True)
class PublishExport:
    """Write the sums and give the folder its name."""

    target: str
    why: str
    title: ClassVar[str] = "Publish"

    def apply(self, world: World) -> None:
        world.exports.publish(Path(self.target))

    def undo(self, world: World) -> None:
        """Plain files that are complete stay."""


def plan_export(world: World, name: str, to: str, pause_seconds: int) -> Plan:
    """Look at what could stop it, then decide."""
    now = world.clock.now()
    export = new_id(now, name, world.entropy.suffix())
    target = str(Path(to or f"export-{export}").expanduser().absolute())
    scene = look_around(world, name, export)
    every = scene.stack.stores_for(scene.release.settings)
    stores = [store for store in every if store.saved_as is not SaveKind.NOTHING]
    measured = measure(scene, stores)
    sizes = {store: one.bytes for store, one in measured.items()}
    _refuse_full(world, target, sum(sizes.values()))
    order = order_to_plain(
        BackupOrder(
            name,
            export,
            now.isoformat(timespec="seconds"),
            target,
            recipient="",
            stores=tuple(store.name for store in stores),
            full=True,
            pause_seconds=pause_seconds,
            sizes=sizes,
        )
    )
    steps = (
        ExportStores(order, why=f"{', '.join(sizes)}; writers wait for a moment"),
        PublishExport(target, why="complete or absent"),
    )
    return Plan(f"export {name} to {target}", KIND, name, steps)


def _refuse_full(world: World, target: str, needed: int) -> None:
    free = world.exports.free_bytes(Path(target))
    if free is not None and free < needed + RESERVE:
        raise NoSpaceError(
            f"{target} may need {(needed + RESERVE) / MIB:,.0f} MiB, "
            f"{free / MIB:,.0f} MiB are free",
            hint="free some space, or give --to another folder",
        )


def _take(scene: Scene, order: BackupOrder, *, last: bool) -> bool:
    """False where the knowledge is not known to be of the point; `last` goes on, and says so."""
    stores = [store for store in scene.stack.stores if store.name in order.stores]
    savers: list[Saver] = [SAVERS[s.saved_as](scene, s, order.sizes.get(s.name, 0)) for s in stores]
    files: dict[str, Mapping[str, int]] = {}
    with ExitStack() as stack:
        for saver in savers:
            saver.prepare(stack)
        before = _knowledge(scene.world, order.name)
        pause = hold(scene, order, stores, savers)
        knowledge = _knowledge(scene.world, order.name)
        if before != knowledge and not last:
            return False
        for saver in savers:
            for stream in saver.streams():
                files[stream.name] = _pour(scene, order, stream)
    if before != knowledge:
        scene.world.report(Note(f"Warning: {CHANGED}"))
    remark = CHANGED if before != knowledge else ""
    _describe(scene, order, {"write_pause_ms": pause, "files": files, "remark": remark})
    _write(scene, order, {f"workspaces/{name}.json": one for name, one in knowledge.items()})
    return True


CHANGED = "workspaces/*.json were read a moment after the stores: somebody was changing them"


def _pour(scene: Scene, order: BackupOrder, stream: Stream) -> Mapping[str, int]:
    """One part as plain files; raises BackupFailedError when its source did not end well."""
    exports, target = scene.world.exports, Path(order.target)
    is_tree = stream.kind is PartKind.TAR
    name = stream.name.removesuffix(".tar")
    made = exports.tree(target, name, SECRETS) if is_tree else exports.file(target, name)
    with made as sink:
        metered = _Metered(sink, scene.world, stream)
        ended = scene.world.toolbox.run(_source(stream), into=metered.write)
    if not ended.good:
        raise BackupFailedError(
            f"{stream.name} could not be read to its end: {ended.said}",
            hint="see `thothctl health`; nothing was exported, run the command again",
        )
    return {counted: rows for counted, rows in stream.counts().items() if counted != FILES}


def _source(stream: Stream) -> Task | Inside:
    """Roles go without their passwords, or rather what these are checked against."""
    source = stream.source
    assert isinstance(source, Task | Inside)  # noqa: S101 - stores are read by programs
    if stream.kind is PartKind.SQL and isinstance(source, Inside):
        return Inside(source.container, (*source.argv, "--no-role-passwords"))
    return source


class _Metered:
    """Passes bytes on and tells how many there were."""

    def __init__(self, sink: Sink, world: World, stream: Stream) -> None:
        self._sink, self._world, self._stream = sink, world, stream
        self._done = self._told = 0

    def write(self, chunk: bytes) -> None:
        self._sink.write(chunk)
        self._done += len(chunk)
        if self._done - self._told >= NEWS_BYTES:
            self._told = self._done
            size = max(self._stream.size, self._done)
            self._world.report(Progress(self._stream.name, "exporting", self._done, size, "bytes"))


def _knowledge(world: World, name: str) -> Knowledge:
    """What the server tells of each workspace: of the point, where it is alike around it."""
    access = workspaces.access(world, name)
    names = [str(one["name"]) for one in world.workspaces.list(access)]
    return {one: world.workspaces.export(access, one) for one in names}


def _describe(scene: Scene, order: BackupOrder, found: Mapping[str, object]) -> None:
    release = scene.release
    document = {
        "install": order.name,
        "created": order.created,
        "version": release.version,
        "database_revision": release.database_revision,
        "consistency": Consistency.ONE_POINT.value,
        **found,
    }
    readme = README.format(name=order.name, created=order.created, version=release.version)
    settings = scene.world.installs.settings_text(order.name)
    _write(scene, order, {"README.md": readme, "export.json": document, SETTINGS: settings})


def _write(scene: Scene, order: BackupOrder, files: Mapping[str, object]) -> None:
    """Texts as they are, everything else as JSON."""
    for name, content in files.items():
        plain = isinstance(content, str)
        text = content if plain else json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        with scene.world.exports.file(Path(order.target), name) as sink:
            sink.write(str(text).encode())

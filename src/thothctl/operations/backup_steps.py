"""The steps of a backup: it is taken aside, then published at once; nothing of it is half there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from thothctl.errors import BackupFailedError, EngineUnreachableError, ThothctlError
from thothctl.model.stack import SaveKind, Store
from thothctl.operations.backup_order import BackupOrder, order_from_plain
from thothctl.operations.backup_packing import Scene
from thothctl.operations.backup_sweep import about_to_send, sweep
from thothctl.operations.backup_taking import look_around, take
from thothctl.operations.plan import step
from thothctl.world import World
from thothctl.world.backups import Task


@step
@dataclass(frozen=True)
class SaveStores:
    """Hold every store at one point, then copy it all into a staged archive.

    Owns the pause: whatever happened, `undo` lets writers go on and leaves nothing behind.
    """

    order: Mapping[str, object]
    why: str
    title: ClassVar[str] = "Save"
    harmless: ClassVar[bool] = True
    needs_release: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        order, _ = self._let_go(world)
        with published_nothing():
            sweep(world, order.name, order.target)  # a try of this one that was killed is none
            about_to_send(world, order.name, order.backup, order.target, order.engine)
            take(world, order)

    def undo(self, world: World) -> None:
        order, scene = self._let_go(world)
        for store in scene.stack.stores:
            if store.name in order.stores and (task := cleaning(scene, store)):
                world.toolbox.run(task)
        sweep(world, order.name, order.target)

    def _let_go(self, world: World) -> tuple[BackupOrder, Scene]:
        """Whatever a try that was killed still holds."""
        order = order_from_plain(self.order)
        scene = look_around(world, order.name, order.backup)
        world.writers.release(scene.install.uuid)
        world.toolbox.clear(scene.install.uuid)
        return order, scene


@step
@dataclass(frozen=True)
class PublishBackup:
    """Rename the complete archive to its name; from here on it is a backup."""

    order: Mapping[str, object]
    why: str
    title: ClassVar[str] = "Publish"
    harmless: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        order = order_from_plain(self.order)
        with published_nothing():
            sweep(world, order.name, order.target, but=order.backup)
            place = world.targets.open(order.target, order.name).publish(order.backup)
        event = {"event": "created", "id": order.backup, "target": order.target, "place": place}
        known = world.backup_records.events(order.name)
        if not any(e.get("event") == "created" and e.get("id") == order.backup for e in known):
            world.backup_records.note(order.name, event)

    def undo(self, world: World) -> None:
        """A backup that is complete stays: nothing is undone by removing it."""


def cleaning(scene: Scene, store: Store) -> Task | None:
    """What removes the traces of a point from a volume."""
    volume = scene.volume(store, writable=True)
    match store.saved_as:
        case SaveKind.SQLITE | SaveKind.FILES | SaveKind.CHROMA:
            return scene.task("thoth-tree", "clean", "/volume", mounts=(volume,))
        case SaveKind.REDIS:
            return scene.task("thoth-redis-tar", "/volume", "clean", mounts=(volume,))
        case _:
            return None


@contextmanager
def published_nothing() -> Iterator[None]:
    """Whatever went wrong, to the user it is a backup that failed."""
    try:
        yield
    except (BackupFailedError, EngineUnreachableError):
        raise
    except ThothctlError as error:
        raise BackupFailedError(
            f"{error.message}; nothing was published", hint=error.hint
        ) from error

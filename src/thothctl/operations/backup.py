"""Makes a backup: gates first, then a plan that is all or nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from thothctl.errors import BackupFailedError, NoSpaceError, UsageError
from thothctl.model.backup import Consistency, Engine, new_id
from thothctl.model.stack import TOOLBOX, SaveKind, Store
from thothctl.operations.backup_key import current_key
from thothctl.operations.backup_order import PAUSE_SECONDS, BackupOrder, order_to_plain
from thothctl.operations.backup_packing import MIB, Scene
from thothctl.operations.backup_repository import refuse_foreign_key
from thothctl.operations.backup_steps import PublishBackup, SaveStores
from thothctl.operations.backup_taking import look_around
from thothctl.operations.plan import Plan
from thothctl.world import ImagePolicy, World
from thothctl.world.backups import Inside, Program, Target

RESERVE = 128 * MIB
KIND = "backup"
TARGET, ENGINE = "backup.target", "backup.engine"
"""Settings of a stack."""


@dataclass(frozen=True, slots=True)
class BackupRequest:
    """What the user asked for; no `only` means everything, no `target` the install's own folder."""

    name: str
    only: tuple[str, ...] = ()
    target: str = ""
    note: str = ""
    consistency: Consistency = Consistency.ONE_POINT
    pause_seconds: int = PAUSE_SECONDS
    engine: Engine | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a store holds, what its point copies beside it, and what fits there."""

    bytes: int
    copied: int = 0
    free: int | None = None


def provide_toolbox(world: World) -> None:
    """Have the image that operations run beside the stack; setup brings it, older ones did not."""
    if world.images.present(TOOLBOX) is None:
        world.images.provide(TOOLBOX, ImagePolicy.AUTO, "")


def default_target(world: World, name: str) -> Path:
    """Beside the install, not in it: uninstalling takes no backup along."""
    return world.home / "backups" / name


def usual_target(world: World, name: str) -> str:
    """The one that the settings name, else the folder beside the install.

    A folder that does not begin at the root lies in the home of thothctl, whoever asks from where.
    """
    chosen = str((world.installs.settings(name) or {}).get(TARGET, ""))
    if chosen and "://" not in chosen:
        return str(world.home / Path(chosen).expanduser())
    return chosen or str(default_target(world, name))


def usual_engine(world: World, name: str) -> Engine:
    """The one that the settings name."""
    chosen = str((world.installs.settings(name) or {}).get(ENGINE, ""))
    return Engine(chosen or Engine.ARCHIVE.value)


def plan_backup(world: World, request: BackupRequest) -> tuple[Plan, BackupOrder]:
    """Look at everything that could stop it; raises before anything is touched."""
    now = world.clock.now()
    backup = new_id(now, request.name, world.entropy.suffix())
    scene = look_around(world, request.name, backup)
    stores = _chosen(scene, request.only)
    target = request.target or usual_target(world, request.name)
    place = world.targets.open(target, request.name)
    key = current_key(world, request.name)
    if (engine := request.engine or usual_engine(world, request.name)) is Engine.REPOSITORY:
        refuse_foreign_key(key)
    measured = measure(scene, stores)
    _refuse_full(world, place, measured, grows=engine is Engine.REPOSITORY)
    order = BackupOrder(
        request.name,
        backup,
        now.isoformat(timespec="seconds"),
        place.address,
        key.recipient,
        tuple(store.name for store in stores),
        not request.only,
        key.sealed,
        request.consistency,
        request.pause_seconds,
        request.note,
        {name: one.bytes for name, one in measured.items()},
        engine,
    )
    return plan_of(order), order


def plan_of(order: BackupOrder) -> Plan:
    """`had_release` stays false: nothing runs that would have to be brought back."""
    plain = order_to_plain(order)
    pause = (
        "writers wait for a moment" if order.consistency is Consistency.ONE_POINT else "no pause"
    )
    return Plan(
        f"back up {order.name}",
        KIND,
        order.name,
        (
            SaveStores(plain, why=f"{', '.join(order.stores)}, settings and secrets; {pause}"),
            PublishBackup(plain, why="complete or absent"),
        ),
    )


def _chosen(scene: Scene, only: Sequence[str]) -> tuple[Store, ...]:
    every = scene.stack.stores_for(scene.release.settings)
    there = [store for store in every if store.saved_as is not SaveKind.NOTHING]
    known = {store.name for store in there}
    if unknown := [name for name in only if name not in known]:
        raise UsageError(
            f"there is no store {', '.join(unknown)}",
            hint=f"stores here: {', '.join(sorted(known))}",
        )
    return tuple(store for store in there if not only or store.name in only)


def measure(scene: Scene, stores: Sequence[Store]) -> dict[str, Measured]:
    """How much there is to save; one look at all volumes that are files."""
    return {store.name: _measure(scene, store) for store in stores}


def _measure(scene: Scene, store: Store) -> Measured:
    match store.saved_as:
        case SaveKind.POSTGRES:
            words = ("psql", "-X", "-A", "-t", "-d", "postgres", "-c", DATABASE_BYTES)
            return Measured(int(_said(scene, Inside(scene.container(store), words)) or 0))
        case _:
            volume = scene.volume(store)
            task = scene.task("thoth-tree", "size", "/volume", mounts=(volume,))
            return Measured(**json.loads(_said(scene, task)))


DATABASE_BYTES = (
    "SELECT coalesce(sum(pg_database_size(oid)), 0)::bigint FROM pg_database"
    " WHERE datallowconn AND NOT datistemplate"
)


def _said(scene: Scene, program: Program) -> str:
    said: list[bytes] = []
    ended = scene.world.toolbox.run(program, into=said.append)
    if not ended.good:
        raise BackupFailedError(
            f"the data could not be measured: {ended.said}", hint="see `thothctl doctor`"
        )
    return b"".join(said).decode().strip()


def _refuse_full(
    world: World, place: Target, measured: Mapping[str, Measured], *, grows: bool
) -> None:
    """Compression is a gift: room is asked for as if there were none.

    What `grows` holds most of it already, and nobody knows how much. What goes to another machine
    is whole on this one first.
    """
    needed = RESERVE + (0 if grows else sum(one.bytes for one in measured.values()))
    _refuse(place.address, needed, place.free_bytes())
    _refuse(str(place.near), needed, world.host.free_bytes(place.near), NEAR_HINT)
    copied = sum(one.copied for one in measured.values())
    beside = [one.free for one in measured.values() if one.free is not None]
    if copied:
        _refuse("the volumes of Docker", copied + RESERVE, min(beside, default=None))


HINT = "free some space, give --to another folder, or `thothctl backup prune`"
NEAR_HINT = "free some space there, or set THOTHCTL_HOME to another disk"


def _refuse(place: str, needed: int, free: int | None, hint: str = HINT) -> None:
    if free is not None and free < needed:
        raise NoSpaceError(
            f"{place} has {free / MIB:,.0f} MiB left, the backup may need {needed / MIB:,.0f} MiB",
            hint=hint,
        )

"""Removes backups that nobody has to keep; never before what stays was proved."""

from dataclasses import dataclass
from pathlib import Path

from thothctl.model.backup import Stored
from thothctl.model.retention import Keep, to_prune
from thothctl.operations.backup_shelf import Shelf, shelf
from thothctl.operations.backup_verify import refuse_broken, verify
from thothctl.world import World


@dataclass(frozen=True, slots=True)
class Pruning:
    """What stays and what goes."""

    kept: tuple[Stored, ...]
    removed: tuple[Stored, ...]


def plan_prune(there: Shelf, keep: Keep) -> Pruning:
    """Decide; touches nothing."""
    removed = to_prune(there.backups, keep)
    gone = {one.id for one in removed}
    return Pruning(tuple(one for one in there.backups if one.id not in gone), removed)


def prune(world: World, name: str, keep: Keep, target: str = "") -> Pruning:
    """Prove the newest one that stays, decide again with that, and remove the others."""
    found = plan_prune(shelf(world, name, target), keep)
    if not found.removed:
        return found
    if not any(one.verified for one in found.kept):
        _prove(world, name, found.kept[-1])
        found = plan_prune(shelf(world, name, target), keep)
    for one in found.removed:
        world.targets.open(str(Path(one.place).parent)).remove(one.id)
        world.backup_records.note(name, {"event": "pruned", "id": one.id})
    return found


def _prove(world: World, name: str, stored: Stored) -> None:
    archive = world.archives.open(Path(stored.place))
    refuse_broken(archive, verify(world, archive, None, deep=False))
    world.backup_records.note(name, {"event": "verified", "id": stored.id, "deep": False})

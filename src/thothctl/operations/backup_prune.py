"""Removes backups that nobody has to keep; never before what stays was proved."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from thothctl.model.backup import SUFFIX, Engine, Stored
from thothctl.model.event import Note
from thothctl.model.retention import Keep, to_prune
from thothctl.operations.backup import provide_toolbox
from thothctl.operations.backup_log import standing
from thothctl.operations.backup_opening import Opener, opened
from thothctl.operations.backup_repository import Repository
from thothctl.operations.backup_shelf import Shelf, shelf
from thothctl.operations.backup_sweep import places_sent_to, sweep
from thothctl.operations.backup_verify import refuse_broken, verify
from thothctl.operations.drill_ground import drilled_now, without_drills
from thothctl.operations.steps import install_of
from thothctl.world import World

OPERATION = "prune"
LATER = "the next `backup prune` frees the room in its repository"
UNFREED, FREED = "unfreed", "freed"
"""The room of what is gone is still taken in a place, and no more."""


@dataclass(frozen=True, slots=True)
class Pruning:
    """What stays and what goes."""

    kept: tuple[Stored, ...]
    removed: tuple[Stored, ...]


def plan_prune(there: Shelf, keep: Keep, now: datetime, in_use: Collection[str] = ()) -> Pruning:
    """Decide for each place by itself; touches nothing. What is `in_use` stays."""
    of = {place: to_prune(there.of(place), keep, now, in_use) for place in there.addresses}
    removed = tuple(one for found in of.values() for one in found)
    return Pruning(tuple(one for one in there.backups if one not in removed), removed)


def prune(world: World, name: str, keep: Keep, target: str = "") -> Pruning:
    """Prove the newest one that stays in each place, decide again with that, remove the others."""
    there, in_use, now = shelf(world, name, target), drilled_now(world, name), world.clock.now()
    found = plan_prune(there, keep, now, in_use)
    places = tuple(dict.fromkeys(one.target for one in found.removed))
    if unproved := [newest for place in places if (newest := unproved_in(found, place, now))]:
        for newest in unproved:
            prove(world, name, newest.target, newest.id)
        there = shelf(world, name, target)
        found = plan_prune(there, keep, now, in_use)
    for place in _repositories(there, found.removed):
        world.backup_records.note(name, {"event": UNFREED, "target": place})
    for one in found.removed:
        world.targets.open(one.target, name).remove(one.id)
        world.backup_records.note(name, {"event": "pruned", "id": one.id, "target": one.target})
    for place in _unfreed(world, name):
        if place in there.addresses:
            _free(world, name, replace(there, backups=found.kept), place)
    return found


def free_left(world: World, name: str, target: str = "") -> None:
    """Free the room that an earlier prune could not, though nothing goes now."""
    if not (left := _unfreed(world, name)):
        return
    there = shelf(world, name, target)
    for place in left:
        if place in there.addresses:
            _free(world, name, there, place)


def _repositories(there: Shelf, removed: Sequence[Stored]) -> list[str]:
    """The places of these that have a repository."""
    places = dict.fromkeys(one.target for one in removed)
    engines = {place: {one.manifest.engine for one in there.of(place)} for place in places}
    return [place for place in places if Engine.REPOSITORY in engines[place]]


def _unfreed(world: World, name: str) -> list[str]:
    """The places of which nobody has noted since that the room was freed."""
    return standing(world.backup_records.events(name), {UNFREED}, FREED)


def sweep_all(world: World, name: str, target: str = "") -> None:
    """What never arrived goes from each place that backups were sent to."""
    for place in dict.fromkeys([target] if target else places_sent_to(world, name)):
        sweep(world, name, world.targets.open(place, name).address)


def unproved_in(found: Pruning, place: str, now: datetime) -> Stored | None:
    """The newest of a place, where nothing that stays there was ever proved.

    What is dated later than now counts for nothing.
    """
    there = [one for one in found.kept if one.target == place and one.time <= now]
    return there[-1] if there and not any(one.verified for one in there) else None


def prove(world: World, name: str, target: str, backup: str) -> None:
    """Read it as `backup verify` does, and write down that it is whole."""
    place = world.targets.open(target, name)
    archive = world.archives.open(place.fetch(backup))
    if archive.manifest.engine == Engine.ARCHIVE:
        refuse_broken(archive, verify(world, archive, None, deep=False))
    else:
        provide_toolbox(world)
        with opened(world, name, archive, Opener()) as identity:
            refuse_broken(archive, verify(world, archive, identity, deep=False))
    event = {"event": "verified", "id": backup, "target": place.address, "deep": False}
    world.backup_records.note(name, event)


def _free(world: World, name: str, there: Shelf, target: str) -> None:
    """What nobody names goes out of the repository; a file that cannot be read names its own.

    Not while a drill reads there: what it reads would be packed anew under its feet.
    """
    provide_toolbox(world)
    names = [one.id for one in there.of(target)]
    names += [other.removesuffix(SUFFIX) for other in there.strangers]
    with without_drills(world, name, "backup prune") as alone:
        if alone:
            Repository(world, install_of(world, name), target, OPERATION).keep(names)
            world.backup_records.note(name, {"event": FREED, "target": target})
        else:
            world.report(Note(f"a drill reads in {target}: {LATER}"))

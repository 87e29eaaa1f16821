"""Which data an upgrade works on, and what is saved before it touches any."""

from dataclasses import dataclass, replace
from datetime import timedelta

from thothctl.errors import IncompatibleError, UsageError
from thothctl.model.install import Release
from thothctl.operations.backup import BackupRequest, plan_backup
from thothctl.operations.backup_shelf import shelf
from thothctl.operations.clone_steps import StopServices
from thothctl.operations.cloning import Carried, as_it_is, carried, origin, writers
from thothctl.operations.collations import watched
from thothctl.operations.move_cluster import moved, moves_to
from thothctl.operations.offers import Target
from thothctl.operations.plan import Step
from thothctl.operations.room import Otherwise
from thothctl.operations.steps import install_of
from thothctl.world import World

FRESH = timedelta(days=1)
WHY = "migrations work on a copy; what is served now stays as it is"
GO = "--no-clone --accept-no-clone"
OTHERWISE = Otherwise(
    f"; or go without: {GO}, with a verified backup",
    f"back that database up yourself, then add {GO}",
)


@dataclass(frozen=True, slots=True)
class DataWish:
    """What the user said of data; without `clone` it has to be `accepted` what that means."""

    backup: bool = False
    clone: bool = True
    accepted: bool = False
    shared: bool = False
    """Old and new versions work on it side by side, so it is migrated where it is."""


def data_for(world: World, name: str, release: Release, target: Target, wish: DataWish) -> Carried:
    """The data that a version works on; changes nothing."""
    stack = world.bundles.stack(install_of(world, name).stack)
    images = {**release.images, **target.references}
    leaves = {image: one.reference for image, one in target.before.items()}
    was = replace(release, images={**release.images, **leaves})
    return watched(_data_for(world, name, release, target, wish), stack, was, images, name)


def _data_for(world: World, name: str, release: Release, target: Target, wish: DataWish) -> Carried:
    revision = target.published.revision
    moves = moves_to(world, install_of(world, name), release, target.images, target.before)
    if moves:
        seen = origin(world, install_of(world, name), release)
        return moved(world, seen, moves, migrates=revision != release.database_revision)
    if revision == release.database_revision or wish.shared:
        return as_it_is(release)
    install = install_of(world, name)
    if not wish.clone:
        refuse_unproved(world, name, wish)
        stack = world.bundles.stack(install.stack).having(release.images)
        why = "nobody writes while migrations change the data in place"
        services = writers(stack, release)
        stop = StopServices(name, release.number, services, why=why, in_place=True)
        return replace(as_it_is(release), steps=(stop,))
    return carried(world, origin(world, install, release, OTHERWISE), WHY)


def refuse_unproved(world: World, name: str, wish: DataWish) -> None:
    """Raise where data would be changed in place and nothing proved could bring it back."""
    if not wish.accepted:
        raise UsageError(
            "without a copy, only a restore brings the data back when the upgrade fails",
            hint="say that this is meant: add --accept-no-clone",
        )
    now = world.clock.now()
    if not any(
        one.verified and now - FRESH <= one.time <= now for one in shelf(world, name).backups
    ):
        raise IncompatibleError(
            "there is no verified backup of the last day, and without a copy nothing else brings "
            "the data back",
            hint="run `thothctl backup create` and `thothctl backup verify ID`, then this again",
        )


def backup_steps(world: World, name: str, wish: DataWish) -> tuple[Step, ...]:
    """A backup of all that there is, online; its failure changes nothing."""
    if not wish.backup:
        return ()
    plan, _ = plan_backup(world, BackupRequest(name, note="before an upgrade"))
    return plan.steps

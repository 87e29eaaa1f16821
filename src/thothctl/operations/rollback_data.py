"""The data of a rollback: that of now, migrated if need be, or that of the earlier release."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from math import ceil

from thothctl.errors import CheckFailedError, EngineRefusedError, IncompatibleError
from thothctl.model.install import Install, Release
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Stack
from thothctl.operations.clone_steps import StopServices
from thothctl.operations.cloning import Carried, as_it_is, carried, origin, service_of, writers
from thothctl.operations.clusters import other_cluster
from thothctl.operations.collations import watched
from thothctl.operations.compatibility import works_on
from thothctl.operations.databases import server_of, sizes
from thothctl.operations.drill import found as document
from thothctl.operations.migrate_down import MigrateDown
from thothctl.operations.room import Otherwise
from thothctl.operations.running import SERVER_SECONDS
from thothctl.operations.upgrade import version_of
from thothctl.operations.waiting import START_SECONDS, ended_by
from thothctl.world import World


class Choice(StrEnum):
    """Which data a rollback serves; AUTO keeps what was written since, wherever it can."""

    AUTO = "auto"
    KEEP = "keep"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Way:
    """The data to go back with; `lost` are the minutes of writes that stay behind, if known."""

    choice: Choice
    data: Carried
    lost: int | None = 0


@dataclass(frozen=True, slots=True)
class Back:
    """From the release that is active to an earlier one."""

    install: Install
    release: Release
    goal: Release
    releases: tuple[Release, ...]
    seconds: int = START_SECONDS
    """So long migrations may take on the way."""


def way_back(world: World, back: Back, choice: Choice, number: int) -> Way:
    """Look and decide; `number` is that of the release to come. Raises where there is no way."""
    way, stack = _way_back(world, back, choice, number), world.bundles.stack(back.install.stack)
    return replace(
        way, data=watched(way.data, stack, back.release, back.goal.images, back.install.name)
    )


def _way_back(world: World, back: Back, choice: Choice, number: int) -> Way:
    stack = world.bundles.stack(back.install.stack)
    if choice is Choice.RESTORE:
        return _restored(world, back, choice)
    if other_cluster(world, stack, back.release, back.goal):
        return _to_old_cluster(world, back, choice)
    if works_on(world, back.release, back.goal):
        return Way(Choice.KEEP, as_it_is(back.release))
    if version_of(back.goal) >= version_of(back.release):
        why = "migrations work on a copy; what is served now stays as it is"
        seen = origin(world, back.install, back.release, _by_upgrade(back.goal))
        return Way(Choice.KEEP, carried(world, seen, why))
    names = irreversible(world, back)
    if not names:
        return Way(Choice.KEEP, _down(world, back, number))
    _refuse_in_place(back, stack, choice)
    if choice is Choice.AUTO:
        return _restored(world, back, choice)
    raise IncompatibleError(
        f"there is no way back from the migration {', '.join(names)}, so the data of now cannot be "
        f"kept with {back.goal.version}",
        hint=f"`thothctl rollback --to {back.goal.number} --data restore` goes back to the data of "
        f"then: {spoken(lost_minutes(world, back))} stay behind",
    )


def _to_old_cluster(world: World, back: Back, choice: Choice) -> Way:
    if choice is Choice.AUTO:
        return _restored(world, back, choice)
    raise IncompatibleError(
        f"release {back.goal.number} runs another PostgreSQL, and the data of now cannot be kept",
        hint=f"`thothctl rollback --to {back.goal.number} --data restore` goes back to the data of "
        f"then: {spoken(lost_minutes(world, back))} stay behind",
    )


def irreversible(world: World, back: Back) -> tuple[str, ...]:
    """The migrations on the way down that cannot be taken back, as the newer image tells."""
    stack = world.bundles.stack(back.install.stack)
    folder = world.installs.release_folder(back.install.name, back.release.number)
    words = ("migrate", "--plan", "--to", back.goal.database_revision)
    hint = "see `thothctl health`; --data restore goes back to the data of then"
    watch = ended_by(world, back.install, words[0], seconds=SERVER_SECONDS, hint=hint)
    service = migrator(stack, back.release.settings)
    status, said = world.compose.once(folder, service, words, watch=watch)
    told = document(said, "irreversible")
    if status != 0 or not told:
        raise EngineRefusedError(
            f"{back.release.version} does not tell the way down: {said.strip()[-300:]}",
            hint=hint,
        )
    names = told["irreversible"]
    return tuple(map(str, names)) if isinstance(names, list) else ()


def migrator(stack: Stack, settings: Mapping[str, SettingValue]) -> str:
    """The service that migrates: the one that prepares others, else the one with the data."""
    once = [one.name for one in stack.services_for(settings) if one.once]
    own = [store.service for store in stack.migrated_for(settings)]
    return next(iter((*once, *own)))


def _by_upgrade(goal: Release) -> Otherwise:
    go = f"`thothctl upgrade --to {goal.version} --no-clone --accept-no-clone`"
    return Otherwise(f"; {go} needs none", f"back that database up yourself, then {go}")


def _put_back(back: Back) -> Otherwise:
    go = f"`thothctl rollback --to {back.goal.number} --data restore`"
    full = "" if migrated_in_place(back) else f"; {go} needs none"
    return Otherwise(full, f"put that database back as it was then, then {go}")


def _down(world: World, back: Back, number: int) -> Carried:
    why = "what was written since is kept; what is served now stays as it is"
    copied = carried(world, origin(world, back.install, back.release, _put_back(back)), why)
    stack, release = world.bundles.stack(back.install.stack), back.release
    down = MigrateDown(
        back.install.name,
        back.install.stack,
        number + 1,
        release.settings,
        copied.generations,
        copied.databases,
        release.images,
        release.version,
        migrator(stack, release.settings),
        back.goal.database_revision,
        goal=back.goal.number,
        seconds=back.seconds,
        why=f"{release.version} takes its own migrations back, on the copy",
    )
    return replace(copied, steps=(*copied.steps, down))


def _restored(world: World, back: Back, choice: Choice) -> Way:
    """The generations of then, which must still be there."""
    release, goal = back.release, back.goal
    data = Carried({**release.generations, **goal.generations}, goal.databases)
    if same_data(release, goal) and works_on(world, release, goal):
        return Way(Choice.KEEP, as_it_is(release))
    _refuse_in_place(back, world.bundles.stack(back.install.stack), choice)
    if same_data(release, goal):
        return Way(Choice.KEEP, as_it_is(release))
    if gone := missing(world, back):
        raise CheckFailedError(
            f"the data of release {goal.number} is gone: {', '.join(gone)}",
            hint="choose a release whose data is there: `thothctl releases`; or --data keep",
        )
    stack = world.bundles.stack(back.install.stack).having(release.images)
    why = "nobody writes to data that is about to be left"
    stop = StopServices(back.install.name, release.number, writers(stack, release), why=why)
    return Way(Choice.RESTORE, replace(data, steps=(stop,)), lost_minutes(world, back))


def _refuse_in_place(back: Back, stack: Stack, choice: Choice) -> None:
    """Raise where the data of then is there no more, though its volumes are.

    Who put back a database that is no part of the stack says so with RESTORE.
    """
    ours = stack.databases_for(back.release.settings) or stack.migrated_for(back.release.settings)
    if migrated_in_place(back) and (ours or choice is not Choice.RESTORE):
        raise IncompatibleError(
            f"the data of release {back.goal.number} was migrated in place, and "
            f"{back.goal.version} cannot read what became of it",
            hint=_put_back(back).outside
            if not ours
            else "`thothctl restore ID --to-new-install NAME` runs the backup from before with its "
            "own version; see `thothctl backup list`",
        )


def missing(world: World, back: Back) -> tuple[str, ...]:
    """Volumes and databases of then that are not there any more."""
    volumes = {back.install.volume(store, n) for store, n in back.goal.generations.items()}
    there = set(world.engine.observe(back.install.uuid).volumes)
    return (*sorted(volumes - there), *_missing_databases(world, back))


def _missing_databases(world: World, back: Back) -> Sequence[str]:
    """Those of another server's volume are not looked for: it does not run."""
    stack, gone = world.bundles.stack(back.install.stack), []
    for one in stack.databases_for(back.release.settings):
        if back.goal.generations.get(one.store) == back.release.generations.get(one.store):
            wanted = one.called(back.goal.databases.get(one.name, 1))
            server = server_of(world, back.install, service_of(stack, one.store))
            gone += [wanted] if wanted not in sizes(world, server) else []
    return gone


def same_data(one: Release, other: Release) -> bool:
    """Both serve the same generations of everything that both have."""
    volumes = one.generations.keys() & other.generations.keys()
    names = one.databases.keys() | other.databases.keys()
    return all(one.generations[v] == other.generations[v] for v in volumes) and all(
        one.databases.get(n, 1) == other.databases.get(n, 1) for n in names
    )


def migrated_in_place(back: Back) -> bool:
    """The last who served the data of then made another version's of it: nothing was copied."""
    served = [one for one in back.releases if same_data(one, back.goal)]
    last = max(served, key=lambda one: one.number, default=back.goal)
    return last.database_revision != back.goal.database_revision


def lost_minutes(world: World, back: Back) -> int | None:
    """How long ago the data of then was served last; None where a clock was moved since."""
    ordered = sorted(back.releases, key=lambda one: one.number)
    until = [one for one in ordered if one.number <= back.release.number]
    last = max((n for n, one in enumerate(until) if same_data(one, back.goal)), default=0)
    if last + 1 >= len(until):
        return 0
    now = world.clock.now()
    moments = [*(datetime.fromisoformat(one.created) for one in until[last + 1 :]), now]
    if moments != sorted(moments):
        return None
    return ceil((now - moments[0]).total_seconds() / 60)


def spoken(minutes: int | None) -> str:
    """What stays behind, in words."""
    if minutes is None:
        return "nobody knows how many minutes of writes (the clock was moved)"
    return f"{minutes} minutes of writes"

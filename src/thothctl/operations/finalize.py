"""Frees old generations: all but what is served, and what is still to be gone back to."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import ClassVar

from thothctl.errors import EngineRefusedError, EngineUnreachableError, ThothctlError
from thothctl.model.event import Note
from thothctl.model.install import LABEL_GENERATION, LABEL_STORE, Install, Release
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Database, Stack
from thothctl.operations.cloning import service_of
from thothctl.operations.data_folder import PrepareFolders
from thothctl.operations.databases import server_of, sizes, told
from thothctl.operations.execute import execute, new_operation
from thothctl.operations.overdue import PROOF_SECONDS, overdue
from thothctl.operations.plan import Plan, Recovery, Step, step
from thothctl.operations.running import active
from thothctl.operations.steps import install_of
from thothctl.world import World

KIND = "finalize"
MARKED = (
    "SELECT coalesce(json_agg(datname), '[]') FROM pg_database"
    " WHERE shobj_description(oid, 'pg_database') ~ '^[0-9a-f-]{36}$';"
)
"""What `CloneDatabase` made, which marks its copies."""

LATER = "a command after one more day of running removes it"


@dataclass(frozen=True, slots=True)
class Surplus:
    """What nobody goes back to: volumes by name with their part, databases by their service."""

    install: Install
    release: Release
    volumes: Mapping[str, str]
    databases: Mapping[str, Mapping[str, int]]
    target: int | None
    """The release whose data stays for a rollback."""

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.volumes, *(name for found in self.databases.values() for name in found))


def surplus(world: World, name: str, *, since: int | None = None) -> Surplus:
    """Look at what is there; changes nothing.

    The release before the active one stays gone back to, or every one from release `since` on.
    """
    current = active(world, name)
    older = [r for r in world.installs.releases(name) if r.number < current.release.number]
    stay = older[-1:] if since is None else [r for r in older if r.number >= since]
    kept = (current.release, *stay)
    stack = world.bundles.stack(current.install.stack).having(current.release.images)
    return Surplus(
        current.install,
        current.release,
        _volumes(world, current.install, kept),
        _databases(world, current.install, stack, kept),
        stay[-1].number if stay else None,
    )


def _volumes(world: World, install: Install, kept: tuple[Release, ...]) -> dict[str, str]:
    """Other generations of what is served; a store that is out of use now is left alone."""
    needed = {install.volume(s, n) for release in kept for s, n in release.generations.items()}
    found = {}
    for volume in world.engine.observe(install.uuid).volumes:
        labels = world.engine.volume_labels(volume) or {}
        store, number = labels.get(LABEL_STORE, ""), labels.get(LABEL_GENERATION, "")
        if volume not in needed and store in kept[0].generations and number:
            found[volume] = f"{store}_g{number}"
    return found


def _databases(
    world: World, install: Install, stack: Stack, kept: tuple[Release, ...]
) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for one in stack.databases_for(kept[0].settings):
        service = service_of(stack, one.store)
        server = server_of(world, install, service)
        there, ours = sizes(world, server), _ours(world, install, one, server)
        numbers = [release.databases.get(one.name, 1) for release in kept]
        left = {n: b for n, b in there.items() if all(one.left(n, number) for number in numbers)}
        if old := {n: b for n, b in left.items() if n in ours or n.endswith("_new")}:
            found[service] = {**found.get(service, {}), **old}
    return found


def _ours(world: World, install: Install, one: Database, server: str) -> set[str]:
    """What releases were served from, and copies with our mark: a name may be anybody's."""
    releases = world.installs.releases(install.name)
    recorded = {one.called(release.databases.get(one.name, 1)) for release in releases}
    return recorded | set(json.loads(told(world, server, MARKED)))


def plan_finalize(seen: Surplus) -> Plan:
    """What is removed cannot be brought back: this plan only goes forward."""
    name, settings = seen.install.name, seen.release.settings
    why = "no release that is gone back to has it"
    drops: list[Step] = [
        DropDatabases(name, service, tuple(found), why=why)
        for service, found in seen.databases.items()
    ]
    if seen.volumes:
        names, parts = tuple(seen.volumes), tuple(seen.volumes.values())
        drops.append(RemoveVolumes(name, names, parts, settings, why=why))
    goal = f"free old generations of {name}"
    return Plan(goal, KIND, name, tuple(drops), recovery=Recovery.FORWARD, had_release=True)


def finish_due(world: World, name: str) -> None:
    """Free what an upgrade was told to free by now, before something else that was asked for.

    A server that does not run has time; what cannot be removed stops nobody. Over is what has
    been over for a day of running time: what a moved clock says alone removes nothing.
    """
    if not (seconds := overdue(world, name)):
        return
    proved = [number for number, ran in seconds.items() if ran >= PROOF_SECONDS]
    with suppress(EngineRefusedError, EngineUnreachableError):
        seen = surplus(world, name, since=max(proved or seconds))
        if seen.names and proved:
            world.report(Note(f"Removing {', '.join(seen.names)}: its time is over"))
            _freed(world, seen)
        elif seen.names:
            world.report(Note(f"{', '.join(seen.names)}: its time is over; {LATER}"))


def _freed(world: World, seen: Surplus) -> None:
    """As an operation that ends here, whatever comes of it: nobody was asked to go on with it."""
    plan = replace(plan_finalize(seen), recovery=Recovery.UNWIND, had_release=False)
    try:
        execute(plan, world, operation=new_operation(world, seen.install.name, KIND))
    except ThothctlError as error:
        said = f"Warning: old data is still there: {error.message}"
        world.report(Note(f"{said}; `thothctl upgrade finalize` removes it"))


@step
@dataclass(frozen=True)
class DropDatabases:
    """Drop databases of old generations."""

    name: str
    service: str
    databases: tuple[str, ...]
    why: str
    title: ClassVar[str] = "Databases"

    def apply(self, world: World) -> None:
        server = server_of(world, install_of(world, self.name), self.service)
        for database in self.databases:
            told(world, server, f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE);\n')

    def undo(self, world: World) -> None:
        """What is dropped is gone; such a plan only goes forward."""


@step
@dataclass(frozen=True)
class RemoveVolumes:
    """Remove volumes of old generations, and the folders that they stand for."""

    name: str
    volumes: tuple[str, ...]
    parts: tuple[str, ...]
    settings: Mapping[str, SettingValue]
    why: str
    title: ClassVar[str] = "Volumes"

    def apply(self, world: World) -> None:
        install = install_of(world, self.name)
        world.engine.remove_volumes(install.uuid, list(self.volumes))
        if self.settings.get("data_dir"):
            images = active(world, self.name).release.images
            PrepareFolders(
                self.name, install.stack, self.settings, self.parts, self.why, images
            ).undo(world)

    def undo(self, world: World) -> None:
        """What is removed is gone; such a plan only goes forward."""

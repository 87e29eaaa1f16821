"""Restore where nothing is, or beside what is there: an install made from a backup."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from thothctl.errors import InvalidInputError, NameInUseError
from thothctl.model.address import has_tls
from thothctl.model.backup import SETTINGS, Manifest
from thothctl.model.setting import SettingValue
from thothctl.model.stack import INSTALL_NAME, Stack
from thothctl.operations import steps
from thothctl.operations.loading import Load, plain_bytes
from thothctl.operations.outer_steps import provide
from thothctl.operations.plan import Plan, Step
from thothctl.operations.release_step import RenderRelease
from thothctl.operations.restore import RESTORE, Wish, go_live, loads
from thothctl.operations.restore_gates import databases_in
from thothctl.operations.restore_steps import KeepCertificate, TakeOver
from thothctl.world import World
from thothctl.world.backups import Archive

if TYPE_CHECKING:
    from datetime import datetime

PORTS = 200
"""How many ports after the backup's are tried."""


@dataclass(frozen=True, slots=True)
class NewInstall:
    """What a new install is made with; `mark` tells its volumes from others."""

    uuid: str
    stack: Stack
    settings: Mapping[str, SettingValue]
    mark: str
    now: str
    beside: bool = False
    """What it was made from lives on: the two share no secret that need not be shared."""

    @property
    def own_secrets(self) -> tuple[str, ...]:
        every = self.stack.secrets_for(self.settings) if self.beside else ()
        return tuple(one.name for one in every if one.is_generated and not one.is_of_data)


def refuse_taken(world: World, name: str, option: str = "--to-new-install") -> None:
    """Raise where an install of this name, or something in its place, is there already.

    `option` is what the user gives another name by.
    """
    if not INSTALL_NAME.fullmatch(name):
        raise InvalidInputError(
            f"{name!r} cannot be the name of an install",
            hint=f"use lower-case letters, digits, - and _, at most 41, with {option}",
        )
    strange = world.engine.foreign(f"thoth-{name}", "none")
    if world.installs.find(name) or strange:
        found = f": {', '.join(strange[:3])}" if strange else ""
        raise NameInUseError(
            f"{name} is there already{found}", hint=f"give another name by {option} NAME"
        )


def settings_of(world: World, archive: Archive, name: str) -> Mapping[str, SettingValue]:
    """The settings in a backup; its key is in its place."""
    key = world.restores.key_path(name)
    load = Load(world, archive, "", "", "", Path(key))
    return world.restores.settings(plain_bytes(load, f"{SETTINGS}.tar"))


def fitted(
    world: World, stack: Stack, saved: Mapping[str, SettingValue]
) -> dict[str, SettingValue]:
    """The settings of a backup, on a port that is free here; what is no setting any more goes."""
    known = {setting.key for setting in stack.settings}
    settings = stack.complete({key: value for key, value in saved.items() if key in known})
    address, first = str(settings["bind"]), int(settings["port"])
    ports = range(first, min(first + PORTS, 65536))
    free = (p for p in ports if world.host.port_is_free(address, p))
    return {**settings, "port": next((p for p in free if not world.engine.publishers(p)), first)}


def new_install(
    world: World, archive: Archive, settings: Mapping[str, SettingValue], *, beside: bool
) -> NewInstall:
    """On an empty machine the install lives on under its own identity; `beside` has another."""
    known = {found.uuid for name in world.installs.names() if (found := world.installs.find(name))}
    known |= set(world.engine.labelled())  # somebody else's records may know it
    theirs = archive.head.install
    uuid = world.entropy.uuid() if beside or theirs in known else theirs
    stack = world.bundles.stack(archive.manifest.stack)
    now: datetime = world.clock.now()
    mark = world.entropy.uuid()
    stamp = now.isoformat(timespec="seconds")
    return NewInstall(uuid, stack, settings, mark, stamp, beside)


def images_of(world: World, manifest: Manifest) -> dict[str, str]:
    """The images that were saved with, where all of them can be had; else none."""
    references = {name: saved.reference for name, saved in manifest.images.items()}
    there = all("@" in one or world.engine.image(one) for one in references.values())
    return references if there else {}


def version_to_run(world: World, name: str, manifest: Manifest) -> str:
    """The version that a backup is going to be served by here, in an install of this name."""
    there = bool(name) and world.installs.find(name) is not None
    number = world.installs.active(name) if there else None
    if number is not None:
        return world.installs.release(name, number).version
    return manifest.product_version if images_of(world, manifest) else world.version


def plan_new(wish: Wish, made: NewInstall, stores: tuple[str, ...]) -> Plan:
    """An install with the settings, secrets and data of the backup."""
    name, reference = wish.name, wish.manifest.stack
    generations = {store.name: 1 for store in made.stack.stores_for(made.settings)}
    numbers = dict.fromkeys(stores, 1)
    rendering = RenderRelease(
        name,
        reference,
        1,
        made.now,
        RESTORE,
        made.settings,
        generations,
        why="files that Compose accepts, before anything starts",
        backup=wish.manifest.id,
        images=wish.images,
        version=wish.version,
        databases=databases_in(wish.manifest, made.stack.databases, stores),
    )
    begin = (
        *provide(reference, made.settings, wish.images),
        *identity(wish, made),
        *loads(wish, reference, numbers, made.settings, made.mark),
    )
    live = go_live(wish, 1, None, stores)
    goal = f"restore {wish.manifest.id} as {name}"
    return Plan(goal, RESTORE, name, (*begin, *certificate(name, made), rendering, *live))


def identity(wish: Wish, made: NewInstall, *, temporary: bool = False) -> tuple[Step, ...]:
    """Record, secrets and settings."""
    name, stack = wish.name, wish.manifest.stack
    own = "a label of its own on everything it creates"
    return (
        steps.CreateInstall(name, made.uuid, stack, made.now, why=own, temporary=temporary),
        TakeOver(
            name,
            made.uuid,
            wish.archive,
            wish.key,
            why="the data opens with the secrets it had",
            own=made.own_secrets,
        ),
        steps.GenerateSecrets(name, stack, made.settings, why="no default passwords"),
        steps.SaveSettings(name, made.settings, None, why="the settings of the backup"),
    )


def certificate(name: str, made: NewInstall) -> tuple[Step, ...]:
    """Where the port speaks TLS."""
    if not has_tls(made.settings):
        return ()
    return (KeepCertificate(name, made.settings, why="nobody reads along"),)

"""Uninstall: takes away what carries the install's label, and nothing else."""

from dataclasses import dataclass
from typing import ClassVar

from thothctl.model.install import Install
from thothctl.model.observed import ObservedStack
from thothctl.operations.plan import Plan, Recovery, Step, step
from thothctl.operations.steps import install_of
from thothctl.world import World


@step
@dataclass(frozen=True)
class RemoveContainers:
    """Remove the containers and networks that carry the label."""

    name: str
    uuid: str
    why: str
    title: ClassVar[str] = "Containers"

    def apply(self, world: World) -> None:
        world.engine.remove_containers(self.uuid)
        world.engine.remove_networks(self.uuid)

    def undo(self, world: World) -> None:
        """Start what was active again; the data was not touched."""
        if (number := world.installs.active(self.name)) is not None:
            world.compose.up(world.installs.release_folder(self.name, number))


@step
@dataclass(frozen=True)
class Deactivate:
    """No release is installed any more; data, secrets and history stay."""

    name: str
    number: int | None
    why: str
    title: ClassVar[str] = "Deactivate"

    def apply(self, world: World) -> None:
        world.installs.activate(self.name, None)

    def undo(self, world: World) -> None:
        world.installs.activate(self.name, self.number)


@step
@dataclass(frozen=True)
class RemoveData:
    """Remove the data: asked for by name, selected by label."""

    uuid: str
    why: str
    title: ClassVar[str] = "Volumes"
    final: ClassVar[bool] = True
    """Once it began, nothing brings back what was there."""

    def apply(self, world: World) -> None:
        world.engine.remove_volumes(self.uuid)

    def undo(self, world: World) -> None:
        """Removed data cannot be brought back; such a plan only goes forward."""


@step
@dataclass(frozen=True)
class ForgetInstall:
    """Remove the record of the install with its settings and secrets."""

    name: str
    why: str
    title: ClassVar[str] = "Records"
    final: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        world.installs.remove(self.name)

    def undo(self, world: World) -> None:
        """Removed records cannot be brought back; such a plan only goes forward."""


def plan_uninstall(
    install: Install,
    observed: ObservedStack,
    active: int | None,
    *,
    purge: bool,
    folders: tuple[Step, ...] = (),
) -> Plan:
    """Containers and networks; with `purge` the volumes, settings and secrets too.

    `folders` removes what lies outside of volumes.
    """
    name, uuid = install.name, install.uuid
    if not purge and active is None and not observed.containers and not observed.networks:
        return Plan(f"uninstall {name}", "uninstall", name)
    remove = RemoveContainers(name, uuid, why="they are made anew from the release")
    keep: tuple[Step, ...] = (remove, Deactivate(name, active, why="the data is kept for later"))
    everything: tuple[Step, ...] = (
        remove,
        RemoveData(uuid, why="asked for with --purge"),
        *folders,
        ForgetInstall(name, why="nothing is left that it describes"),
    )
    chosen = everything if purge else keep
    return Plan(f"uninstall {name}", "uninstall", name, chosen, recovery=Recovery.FORWARD)


def inventory(world: World, name: str) -> tuple[Install, ObservedStack, int | None]:
    """The install, what of it is on the engine, and its active release."""
    install = install_of(world, name)
    return install, world.engine.observe(install.uuid), world.installs.active(name)

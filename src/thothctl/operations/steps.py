"""The steps that plans are made of: plain values, idempotent `apply` and `undo`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from thothctl.config.strength import throw_away
from thothctl.errors import NetworkError, NotInstalledError
from thothctl.model.address import is_development
from thothctl.model.backup_key import SECRET as BACKUP_KEY
from thothctl.model.event import Note
from thothctl.model.install import Install, Release
from thothctl.model.setting import SettingValue
from thothctl.operations import figures
from thothctl.operations.bringing_up import bring_up
from thothctl.operations.clusters import refuse_unfit
from thothctl.operations.plan import step
from thothctl.operations.waiting import START_SECONDS, await_healthy
from thothctl.world import ImagePolicy, World


@step
@dataclass(frozen=True)
class ProvideImages:
    """Pull or build every image before anything is touched, but those that are `kept`."""

    stack: str
    settings: Mapping[str, SettingValue]
    policy: str
    registry: str
    why: str
    kept: tuple[str, ...] = ()
    title: ClassVar[str] = "Images"
    harmless: ClassVar[bool] = True
    """Nothing that runs is touched: its failure is its own, not an operation taken back."""

    def apply(self, world: World) -> None:
        wanted = world.bundles.stack(self.stack).images_for(self.settings)
        for image in (one for one in wanted if one.name not in self.kept):
            try:
                world.images.provide(image, ImagePolicy(self.policy), self.registry)
            except NetworkError as error:
                if not image.optional:
                    raise
                world.report(Note(f"Going on without {image.name}: {error.message}"))

    def undo(self, world: World) -> None:
        """Keep them: images belong to no install and the next try is faster."""


@step
@dataclass(frozen=True)
class CreateInstall:
    """Give the install its identity on this host."""

    name: str
    uuid: str
    stack: str
    created: str
    why: str
    temporary: bool = False
    title: ClassVar[str] = "Install record"

    def apply(self, world: World) -> None:
        install = Install(self.name, self.uuid, self.stack, self.created, self.temporary)
        world.installs.create(install)

    def undo(self, world: World) -> None:
        """A failed install is never a reason to forget one that once worked."""
        if world.installs.active(self.name) is None:
            world.installs.remove(self.name)


@step
@dataclass(frozen=True)
class GenerateSecrets:
    """Write the secrets that are not there yet; existing ones are never touched."""

    name: str
    stack: str
    settings: Mapping[str, SettingValue]
    why: str
    title: ClassVar[str] = "Secrets"

    def apply(self, world: World) -> None:
        wanted = world.bundles.stack(self.stack).secrets_for(self.settings)
        make = throw_away if is_development(self.settings) else world.entropy.secret
        for spec in (s for s in wanted if s.is_generated):
            world.installs.keep_secret(self.name, spec.name, make(spec))
        if not world.installs.has_secret(self.name, BACKUP_KEY):
            world.installs.keep_secret(self.name, BACKUP_KEY, world.backup_keys.make())

    def undo(self, world: World) -> None:
        """They go with the install record, or stay with the data they open."""


@step
@dataclass(frozen=True)
class SaveSettings:
    """Record what the user chose."""

    name: str
    settings: Mapping[str, SettingValue]
    previous: Mapping[str, SettingValue] | None
    why: str
    title: ClassVar[str] = "Settings"

    def apply(self, world: World) -> None:
        world.installs.save_settings(self.name, self.settings)

    def undo(self, world: World) -> None:
        world.installs.save_settings(self.name, self.previous)


@step
@dataclass(frozen=True)
class StartRelease:
    """Bring the release up; owns bringing the one before back."""

    name: str
    number: int
    previous: int | None
    fresh_volumes: tuple[str, ...]
    why: str
    seconds: int = START_SECONDS
    """What it waits for, a migration say, ends within this time, or the start has failed."""
    title: ClassVar[str] = "Start"

    @property
    def starts(self) -> str:
        return str(self.number)

    def apply(self, world: World) -> None:
        self.refuse_unfit_data(world)
        world.installs.take_offered_secrets(self.name)  # an undo that got stuck put them back
        release = world.installs.release(self.name, self.number)
        figures.prepare(world, install_of(world, self.name), release)
        release = world.installs.release(self.name, self.number)
        bring_up(world, install_of(world, self.name), release, seconds=self.seconds)

    def undo(self, world: World) -> None:
        """The containers from before see the secrets from before: files are mounted at a start.

        An install without a record is one whose removal was cut off: nothing of it runs.
        """
        if (install := world.installs.find(self.name)) is None:
            return
        world.installs.put_back_secrets(self.name)
        if self.previous is not None:
            before = world.installs.release(self.name, self.previous)
            bring_up(world, install, before)
            await_healthy(world, install, before)
            return
        world.engine.remove_containers(install.uuid)
        world.engine.remove_networks(install.uuid)
        world.engine.remove_volumes(install.uuid, self.fresh_volumes)

    def refuse_unfit_data(self, world: World) -> None:
        """Raise before any container of it is started."""
        install = install_of(world, self.name)
        release = world.installs.release(self.name, self.number)
        self._refuse_lost_volumes(world, install, release)
        refuse_unfit(world, install, release)

    def _refuse_lost_volumes(self, world: World, install: Install, release: Release) -> None:
        """Compose would quietly create an empty volume in place of a lost one."""
        wanted = {install.volume(s, g) for s, g in release.generations.items()}
        there = set(world.engine.observe(install.uuid).volumes)
        if lost := sorted(wanted - there - set(self.fresh_volumes)):
            raise NotInstalledError(
                f"volume {', '.join(lost)} held the data of this install and is gone",
                hint="bring the volume back, or start anew with "
                f"`thothctl uninstall --purge --confirm {self.name}` and `thothctl setup`",
            )


@step
@dataclass(frozen=True)
class AwaitHealthy:
    """Wait until every service of the release answers."""

    name: str
    number: int
    seconds: int
    why: str
    title: ClassVar[str] = "Healthy"

    def apply(self, world: World) -> None:
        release = world.installs.release(self.name, self.number)
        await_healthy(world, install_of(world, self.name), release, seconds=self.seconds)

    def undo(self, world: World) -> None:
        """Waiting leaves nothing behind."""


@step
@dataclass(frozen=True)
class ActivateRelease:
    """Move the pointer: from here on this is the installed release."""

    name: str
    number: int
    previous: int | None
    why: str
    title: ClassVar[str] = "Activate"

    def apply(self, world: World) -> None:
        world.installs.activate(self.name, self.number)

    def undo(self, world: World) -> None:
        world.installs.activate(self.name, self.previous)


def install_of(world: World, name: str) -> Install:
    """The install's record; raises NotInstalledError."""
    if (install := world.installs.find(name)) is None:
        raise NotInstalledError(f"no install is called {name}", hint="run `thothctl setup`")
    return install

"""The steps of a restore: each store into a fresh generation, then everything moves at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from thothctl.errors import EngineRefusedError
from thothctl.model.backup import SECRETS, SETTINGS
from thothctl.model.setting import SettingValue
from thothctl.model.stack import SaveKind, Service, Stack, Store
from thothctl.operations.backup_postgres import COUNTS
from thothctl.operations.bringing_up import bring_up
from thothctl.operations.edge_steps import provide_certificate
from thothctl.operations.loading import (
    Load,
    load_postgres,
    load_qdrant,
    load_redis,
    load_tar,
    plain_bytes,
)
from thothctl.operations.plan import step
from thothctl.operations.running import STOP_SECONDS
from thothctl.operations.steps import install_of
from thothctl.operations.waiting import await_healthy
from thothctl.world import World

NONE: Mapping[str, str] = {}


@step
@dataclass(frozen=True)
class LoadStore:
    """Fill a fresh generation from a backup and compare it with the manifest."""

    name: str
    store: str
    number: int
    archive: str
    key: str
    settings: Mapping[str, SettingValue]
    why: str
    images: Mapping[str, str] = field(default_factory=dict)
    title: ClassVar[str] = "Load"
    harmless: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        install = install_of(world, self.name)
        world.toolbox.clear(install.uuid)  # a try that was killed may still be writing there
        stack = world.bundles.stack(install.stack)
        store = next(s for s in stack.stores_for(self.settings) if s.name == self.store)
        image = image_of(world, stack, store, self.images)
        load = Load(
            world,
            world.archives.open(Path(self.archive)),
            install.uuid,
            self.store,
            install.volume(self.store, self.number),
            world.restores.key_path(self.key),
        )
        load.prepare(image, store.path)
        match store.saved_as:
            case SaveKind.POSTGRES:
                load_postgres(load, image, store.path, COUNTS)
            case SaveKind.REDIS:
                load_redis(load, image, store.path)
            case SaveKind.QDRANT:
                load.empty()  # its server loads snapshots, once it runs
            case _:
                load_tar(load)

    def undo(self, world: World) -> None:
        """What was loaded goes with its generation; a task that was cut off goes now."""
        if install := world.installs.find(self.name):
            world.toolbox.clear(install.uuid)


def service_of(stack: Stack, store: Store) -> Service:
    """Who reads and writes it."""
    return next(service for service in stack.services if service.name == store.service)


def image_of(world: World, stack: Stack, store: Store, images: Mapping[str, str] = NONE) -> str:
    """What serves the store: one of `images`, else the one that is on the engine."""
    wanted = stack.image(service_of(stack, store).image)
    if found := images.get(wanted.name) or world.images.present(wanted):
        return found
    raise EngineRefusedError(
        f"the image {wanted.name} is not on the engine", hint="run `thothctl images build`"
    )


@step
@dataclass(frozen=True)
class UploadSnapshots:
    """Give a server that runs on a fresh generation the snapshots of its collections."""

    name: str
    store: str
    archive: str
    key: str
    why: str
    title: ClassVar[str] = "Upload"

    def apply(self, world: World) -> None:
        install = install_of(world, self.name)
        world.toolbox.clear(install.uuid)  # a try that was killed may still be giving
        stack = world.bundles.stack(install.stack)
        service = next(s for s in stack.stores if s.name == self.store).service
        observed = world.engine.observe(install.uuid).containers
        container = next(one.id for one in observed if one.service == service)
        archive, key = world.archives.open(Path(self.archive)), world.restores.key_path(self.key)
        load = Load(world, archive, install.uuid, self.store, "", key)
        opens = next((s.name for s in stack.secrets if s.opens == service), "")
        secret = world.installs.secret_path(self.name, opens) if opens else None
        load_qdrant(load, f"container:{container}", secret)

    def undo(self, world: World) -> None:
        """What was loaded goes with its generation."""


@step
@dataclass(frozen=True)
class StopWriters:
    """Stop what runs, so that nobody writes to data that is about to be left."""

    name: str
    number: int
    why: str
    title: ClassVar[str] = "Stop"
    leaves: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        folder = world.installs.release_folder(self.name, self.number)
        world.compose.stop(folder, seconds=STOP_SECONDS)

    def undo(self, world: World) -> None:
        install = install_of(world, self.name)
        release = world.installs.release(self.name, self.number)
        bring_up(world, install, release)
        await_healthy(world, install, release)


@step
@dataclass(frozen=True)
class TakeOver:
    """Give a new install the secrets and files that the backup brings."""

    name: str
    uuid: str
    archive: str
    key: str
    why: str
    own: tuple[str, ...] = ()
    """Secrets that are not taken: the install gets others."""
    title: ClassVar[str] = "Secrets and files"

    def apply(self, world: World) -> None:
        world.toolbox.clear(self.uuid)  # a try that was killed may still be waiting to be read
        key = world.restores.key_path(self.key)
        archive = world.archives.open(Path(self.archive))
        load = Load(world, archive, self.uuid, "", "", key)
        world.restores.take_secrets(self.name, plain_bytes(load, f"{SECRETS}.tar"), leave=self.own)
        world.restores.take_files(self.name, plain_bytes(load, f"{SETTINGS}.tar"))

    def undo(self, world: World) -> None:
        """They go with the record of the install; a task that was cut off goes now."""
        world.toolbox.clear(self.uuid)


@step
@dataclass(frozen=True)
class KeepCertificate:
    """Serve the certificate of the backup, or what the settings ask for."""

    name: str
    settings: Mapping[str, SettingValue]
    why: str
    title: ClassVar[str] = "Certificate"

    def apply(self, world: World) -> None:
        own = self.settings["tls"] == "files" and world.certificates.served(self.name)
        if not own:
            provide_certificate(world, self.name, self.settings)

    def undo(self, world: World) -> None:
        """It goes with the record of the install."""

"""The ports that operations and probes reach the outside through."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from thothctl.model.event import Event
from thothctl.model.figures import ContainerFigures
from thothctl.model.inspected import Declared, InspectedContainer
from thothctl.model.observed import (
    EngineFacts,
    LogLine,
    ObservedContainer,
    ObservedImage,
    ObservedNetwork,
    ObservedStack,
)
from thothctl.model.recorded import JournalFile
from thothctl.model.rendering import RenderContext
from thothctl.model.secret import Secret, SecretSource
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Image, Stack
from thothctl.world.backup_ports import BackupPorts
from thothctl.world.backups import Archives as Archives
from thothctl.world.backups import BackupRecords as BackupRecords
from thothctl.world.backups import Keys as Keys
from thothctl.world.backups import Targets as Targets
from thothctl.world.backups import Toolbox as Toolbox
from thothctl.world.certificates import Certificates as Certificates
from thothctl.world.exports import Exports as Exports
from thothctl.world.host import Clock as Clock
from thothctl.world.host import Entropy as Entropy
from thothctl.world.host import Host as Host
from thothctl.world.host import Locks as Locks
from thothctl.world.installs import FiguresFile as FiguresFile
from thothctl.world.installs import Installs as Installs
from thothctl.world.outsiders import Outsiders as Outsiders
from thothctl.world.programs import Chore as Chore
from thothctl.world.programs import Hooks as Hooks
from thothctl.world.programs import Programs as Programs
from thothctl.world.programs import Trial as Trial
from thothctl.world.programs import Watch as Watch
from thothctl.world.registry import Registry as Registry
from thothctl.world.restores import Restores as Restores
from thothctl.world.server import Importer as Importer
from thothctl.world.server import Providers as Providers
from thothctl.world.server import Server as Server
from thothctl.world.server import Workspaces as Workspaces
from thothctl.world.units import Units as Units
from thothctl.world.writers import Writers as Writers


class ImagePolicy(StrEnum):
    """Where images come from; AUTO pulls what a registry offers and builds the rest."""

    AUTO = "auto"
    REGISTRY = "registry"
    BUILD = "build"


class Engine(Protocol):
    """The Docker engine, looked at through its API; every call raises EngineUnreachableError."""

    def facts(self) -> EngineFacts: ...
    def observe(self, install: str) -> ObservedStack: ...
    def foreign(self, project: str, install: str) -> tuple[str, ...]:
        """Names of containers and volumes of this project that carry another install's label."""

    def inspect(self, install: str) -> tuple[InspectedContainer, ...]:
        """The install's containers with the rights and limits they really have."""

    def written(self, install: str) -> Mapping[str, tuple[str, ...]]:
        """By container, what differs from its image's files and goes with it; no mounts."""

    def figures(self, install: str) -> tuple[ContainerFigures, ...]:
        """What each container of the install takes of the machine now."""

    def labelled(self) -> Mapping[str, tuple[str, ...]]:
        """Everything that says it belongs to an install: the install's label to names."""

    def images(self, product: str) -> tuple[ObservedImage, ...]: ...
    def image(self, reference: str) -> ObservedImage | None: ...
    def publishers(self, port: int) -> Mapping[str, str]:
        """Containers that publish this host port: name to install label, empty when not ours."""

    def networks(self) -> tuple[ObservedNetwork, ...]:
        """All of them, whoever they belong to."""

    def logs(
        self,
        container: str,
        *,
        tail: int | None = None,
        since: datetime | None = None,
        follow: bool = False,
    ) -> Iterator[LogLine]:
        """Lines of both its outputs; all of the past without `tail` and `since`."""

    def remove_image(self, identity: str) -> bool:
        """False when a container uses it; tags of other names are left alone."""

    def volume_labels(self, name: str) -> Mapping[str, str] | None:
        """The labels of a volume, None where there is none of this name."""

    def create_volume(self, name: str, labels: Mapping[str, str], *, place: str = "") -> None:
        """A volume that may stand for a folder of the engine's machine."""

    def task(self, install: str, task: str) -> ObservedContainer | None:
        """A container that an operation runs beside the stack."""

    def retire(self, container: str, *, seconds: int) -> None:
        """Ask a container to end, give it so long for what it is about, and remove it."""

    def remove_containers(self, install: str) -> None: ...
    def remove_networks(self, install: str) -> None: ...
    def remove_volumes(self, install: str, names: Sequence[str] | None = None) -> None: ...


class Compose(Protocol):
    """`docker compose` on a release folder; changes what runs, all services or the named ones."""

    def version(self) -> str: ...
    def check(self, folder: Path, override: Path | None = None) -> None:
        """Raise what Compose has against the files, with this override instead of the folder's."""

    def declared(self, folder: Path) -> Mapping[str, Declared]:
        """What the files say of each service."""

    def up(
        self,
        folder: Path,
        services: Sequence[str] = (),
        *,
        watch: Watch | None = None,
        alone: bool = False,
        keep: bool = False,
    ) -> None:
        """Start; `watch` is called now and then, and what it raises ends the start.

        With `keep` no container is made anew.
        """

    def add(
        self,
        folder: Path,
        services: Sequence[str],
        *,
        watch: Watch,
        count: int = 0,
        alone: bool = False,
    ) -> None:
        """Make what is missing of services and what they need; what is there stays as it is.

        With a `count` the first service gets so many containers. What is made `alone` is not
        what the files say to Compose itself: it would make it anew.
        """

    def aside(self, folder: Path, service: str, name: str, labels: Mapping[str, str]) -> None:
        """Start one more container of a service that nobody finds by the service's name."""

    def stop(self, folder: Path, services: Sequence[str] = (), *, seconds: int) -> None: ...
    def once(
        self, folder: Path, service: str, command: Sequence[str], *, watch: Watch
    ) -> tuple[int, str]:
        """Run a command as the service would, and nothing else of it; its status and words.

        `watch` is called now and then; what it raises ends the command with its container.
        """


class Handover(Protocol):
    """Gives text to programs inside containers, on their standard input and nowhere else."""

    def give(self, container: str, command: Sequence[str], text: Secret) -> tuple[int, str]:
        """The program's exit status and what it said."""

    def give_once(self, image: str, command: Sequence[str], text: Secret) -> tuple[int, str]:
        """The same for a program in a container of its own that is then removed."""


class SecretStores(Protocol):
    """Where operators keep secrets: the environment, a program, Vault, an encrypted file."""

    def fetch(self, sources: Sequence[SecretSource]) -> Mapping[str, Secret]:
        """The value of each; raises for the first that cannot be read."""


class Images(Protocol):
    """Builds, pulls and pushes images of our own; returns the pinned reference."""

    def present(self, image: Image, registry: str = "") -> str | None:
        """The pinned reference of an image built from exactly these sources, or pulled.

        One from this registry wins where one is named.
        """

    def fetch(self, reference: str) -> None:
        """Have exactly this image, pinned by digest; raises IntegrityError for another."""

    def provide(self, image: Image, policy: ImagePolicy, registry: str) -> str: ...
    def push(self, image: Image, registry: str) -> str: ...


class Bundles(Protocol):
    """Stacks and templates; rendering is pure: settings in, files out."""

    def stack(self, reference: str) -> Stack: ...
    def source(self, given: str) -> Path | None:
        """The folder of the server's source, this checkout's where none is given; or nothing."""

    def render(self, stack: Stack, context: RenderContext) -> Mapping[str, str]: ...
    def database_script(self, stack: Stack, settings: Mapping[str, SettingValue]) -> str:
        """What a superuser runs, once, in the PostgreSQL that the stack is to use."""

    def sections(self, files: Mapping[str, str]) -> Mapping[str, str]:
        """By service, what decides whether Compose makes its container anew."""

    def write(self, folder: Path, files: Mapping[str, str]) -> None:
        """Write files of a folder whole; it is created, other files in it stay."""


class Journal(Protocol):
    """Durable, append-only record of operations, one file each."""

    def begin(self, install: str, operation: str, record: Mapping[str, object]) -> None: ...
    def record(self, install: str, operation: str, record: Mapping[str, object]) -> None: ...
    def latest(self, install: str) -> JournalFile | None: ...
    def operations(self, install: str) -> tuple[JournalFile, ...]:
        """Every operation that was ever begun, oldest first."""


class Report(Protocol):
    """Hears what happens while an operation runs."""

    def __call__(self, event: Event, /) -> None: ...


class World(BackupPorts, Protocol):
    """Every port in one value, built by the composition root."""

    @property
    def home(self) -> Path: ...
    @property
    def version(self) -> str: ...
    @property
    def engine(self) -> Engine: ...
    @property
    def compose(self) -> Compose: ...
    @property
    def programs(self) -> Programs: ...
    @property
    def hooks(self) -> Hooks: ...
    @property
    def handover(self) -> Handover: ...
    @property
    def certificates(self) -> Certificates: ...
    @property
    def units(self) -> Units: ...
    @property
    def secret_stores(self) -> SecretStores: ...
    @property
    def outsiders(self) -> Outsiders: ...
    @property
    def exports(self) -> Exports: ...
    @property
    def images(self) -> Images: ...
    @property
    def registry(self) -> Registry: ...
    @property
    def bundles(self) -> Bundles: ...
    @property
    def installs(self) -> Installs: ...
    @property
    def figures(self) -> FiguresFile: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def locks(self) -> Locks: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def entropy(self) -> Entropy: ...
    @property
    def host(self) -> Host: ...
    @property
    def server(self) -> Server: ...
    @property
    def workspaces(self) -> Workspaces: ...
    @property
    def providers(self) -> Providers: ...
    @property
    def importer(self) -> Importer: ...
    @property
    def report(self) -> Report: ...

"""The ports that operations and probes reach the outside through."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from thothctl.model.answer import (
    Access,
    Answer,
    DatabaseFolder,
    DatabaseSource,
    ImportRequest,
    ImportResult,
    Inquiry,
    JsonObject,
    NoAnswer,
    ServiceHealth,
)
from thothctl.model.event import Event
from thothctl.model.install import Install, Release
from thothctl.model.observed import EngineFacts, ObservedImage, ObservedStack
from thothctl.model.provider import KeyReply, KeyRequest
from thothctl.model.recorded import JournalFile, Snapshot
from thothctl.model.rendering import RenderContext
from thothctl.model.secret import Secret
from thothctl.model.stack import Image, SecretSpec, SettingValue, Stack


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

    def images(self, product: str) -> tuple[ObservedImage, ...]: ...
    def image(self, reference: str) -> ObservedImage | None: ...
    def publishers(self, port: int) -> Mapping[str, str]:
        """Containers that publish this host port: name to install label, empty when not ours."""

    def logs(self, container: str, *, tail: int, follow: bool = False) -> Iterator[str]: ...
    def remove_containers(self, install: str) -> None: ...
    def remove_networks(self, install: str) -> None: ...
    def remove_volumes(self, install: str, names: Sequence[str] | None = None) -> None: ...


class Compose(Protocol):
    """`docker compose` on a release folder; changes what runs."""

    def version(self) -> str: ...
    def check(self, folder: Path) -> None: ...
    def up(self, folder: Path) -> None: ...
    def stop(self, folder: Path, *, seconds: int) -> None: ...
    def restart(self, folder: Path, *, seconds: int) -> None: ...


class Images(Protocol):
    """Builds, pulls and pushes images of our own; returns the pinned reference."""

    def present(self, image: Image) -> str | None:
        """The pinned reference of an image built or pulled from exactly these sources."""

    def provide(self, image: Image, policy: ImagePolicy, registry: str) -> str: ...
    def push(self, image: Image, registry: str) -> str: ...


class Bundles(Protocol):
    """Stacks and templates; rendering is pure: settings in, files out."""

    def stack(self, reference: str) -> Stack: ...
    def render(self, stack: Stack, context: RenderContext) -> Mapping[str, str]: ...
    def write(self, folder: Path, files: Mapping[str, str]) -> None:
        """Write files of a folder whole; it is created, other files in it stay."""


class Installs(Protocol):
    """Everything recorded on the host, below THOTHCTL_HOME."""

    def names(self) -> tuple[str, ...]: ...
    def find(self, name: str) -> Install | None: ...
    def create(self, install: Install) -> None: ...
    def remove(self, name: str) -> None: ...
    def settings(self, name: str) -> Mapping[str, SettingValue] | None: ...
    def save_settings(self, name: str, settings: Mapping[str, SettingValue] | None) -> None: ...
    def keep_secret(self, name: str, secret: str, value: Secret) -> bool:
        """Write a secret unless it is there; True when it was written."""

    def secret(self, name: str, secret: str) -> Secret: ...
    def secret_path(self, name: str, secret: str) -> Path: ...
    def has_secret(self, name: str, secret: str, *, offered: bool = False) -> bool:
        """It is stored, or `offered` by an operation that was cut off."""

    def offer_secret(self, name: str, secret: str, value: Secret) -> None:
        """Put a new value beside the stored one, for `take_secret` of a later step."""

    def take_secret(self, name: str, secret: str) -> None:
        """Make the offered value the stored one; the old one is kept aside."""

    def drop_secret(self, name: str, secret: str) -> None:
        """Store it no longer; the old value is kept aside."""

    def take_offered_secrets(self, name: str) -> None:
        """Take whatever is offered still, or again."""

    def put_back_secrets(self, name: str) -> None:
        """Store again whatever was kept aside, and offer again what took its place."""

    def forget_secret(self, name: str, secret: str) -> None: ...
    def settle_secrets(self, name: str) -> None:
        """Drop what was offered and what was kept aside."""

    def releases(self, name: str) -> tuple[Release, ...]: ...
    def release(self, name: str, number: int) -> Release: ...
    def release_folder(self, name: str, number: int) -> Path: ...
    def active(self, name: str) -> int | None: ...
    def activate(self, name: str, number: int | None) -> None: ...
    def override(self, name: str) -> str:
        """The user's compose.override.yaml, empty text when there is none."""

    def released_override(self, name: str, number: int) -> str: ...
    def stage(self, name: str, number: int, files: Mapping[str, str]) -> Path: ...
    def publish(self, name: str, release: Release) -> Path: ...
    def discard(self, name: str, number: int) -> None: ...
    def remembered(self, name: str) -> Mapping[str, SettingValue]: ...
    def remember(self, name: str, answers: Mapping[str, SettingValue]) -> None: ...


class Certificates(Protocol):
    """The TLS files of an install; nginx sees only the pair that is served."""

    def make(self, name: str, hosts: tuple[str, ...]) -> bool:
        """Sign a certificate for these hosts unless a good one is there; True when it is new."""

    def take(self, name: str, certificate: Path, key: Path, hosts: tuple[str, ...]) -> None:
        """Check files of the user and serve copies of them; raises InvalidInputError."""

    def authority(self, name: str) -> Path | None:
        """The authority to trust, None where the certificate is one the world trusts."""


class Journal(Protocol):
    """Durable, append-only record of operations, one file each."""

    def begin(self, install: str, operation: str, record: Mapping[str, object]) -> None: ...
    def record(self, install: str, operation: str, record: Mapping[str, object]) -> None: ...
    def latest(self, install: str) -> JournalFile | None: ...


class Locks(Protocol):
    """One lock an install, held by the kernel: it dies with the process."""

    def hold(self, install: str, command: str) -> AbstractContextManager[None]: ...


class Clock(Protocol):
    """Time that can be faked."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    def pause(self, seconds: float) -> None: ...


class Entropy(Protocol):
    """Randomness that can be faked."""

    def uuid(self) -> str: ...
    def suffix(self) -> str: ...
    def secret(self, spec: SecretSpec) -> Secret: ...


class Host(Protocol):
    """The machine thothctl runs on."""

    def cpus(self) -> int: ...
    def memory(self) -> int: ...
    def free_bytes(self, path: Path) -> int | None:
        """Free space for this user at the nearest existing parent; None when it cannot be seen."""

    def architecture(self) -> str: ...
    def socket_path(self) -> Path | None: ...
    def socket_writable(self) -> bool | None: ...
    def compose_is_snap(self) -> bool: ...
    def port_is_free(self, address: str, port: int) -> bool: ...
    def port_owner(self, port: int) -> str: ...
    def open_page(self, url: str) -> bool: ...


class Server(Protocol):
    """The HTTP interface of a running stack; `base` is its URL on this machine."""

    def health(self, base: str, *, seconds: float = 5) -> tuple[ServiceHealth, ...]: ...
    def health_inside(self, container: str) -> tuple[ServiceHealth, ...]:
        """The same from within the container, where nginx does not let it out."""

    def lives(self, base: str) -> bool: ...
    def ask(self, base: str, token: Secret, inquiry: Inquiry) -> Answer | NoAnswer: ...


class Workspaces(Protocol):
    """What the server knows of its databases; an unknown name raises UsageError with the others."""

    def list(self, access: Access) -> tuple[JsonObject, ...]: ...
    def show(self, access: Access, name: str) -> JsonObject: ...
    def delete(self, access: Access, name: str) -> None: ...
    def export(self, access: Access, name: str) -> JsonObject: ...
    def take(self, access: Access, name: str, document: bytes) -> JsonObject:
        """Add the knowledge of an exported document; says what was added and what was not."""

    def examples(
        self, access: Access, name: str, *, limit: int, before: int | None
    ) -> JsonObject: ...
    def add_example(self, access: Access, name: str, example: JsonObject) -> JsonObject: ...
    def forget_example(self, access: Access, name: str, number: int) -> None: ...


class Providers(Protocol):
    """The providers' own APIs, asked only what proves a key; never a prompt."""

    def ask(self, requests: Sequence[KeyRequest], *, seconds: float) -> tuple[KeyReply, ...]:
        """The replies in the order of the requests, all asked at once within this time."""


class Importer(Protocol):
    """Takes a database file on the host into the running stack."""

    def find(self, path: Path) -> DatabaseFolder:
        """What lies at this path: a file, a folder of BIRD's with one database, or a root."""

    def snapshot(self, source: DatabaseSource) -> AbstractContextManager[Snapshot]:
        """A checked, consistent copy that lives as long as the context."""

    def send(self, container: str, request: ImportRequest) -> ImportResult: ...


class Report(Protocol):
    """Hears what happens while an operation runs."""

    def __call__(self, event: Event, /) -> None: ...


class World(Protocol):
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
    def images(self) -> Images: ...
    @property
    def bundles(self) -> Bundles: ...
    @property
    def installs(self) -> Installs: ...
    @property
    def certificates(self) -> Certificates: ...
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

"""What the engine says is there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Condition(StrEnum):
    """How a container is, told from its state, health check and restart counter."""

    HEALTHY = "healthy"
    RUNNING = "running"
    STARTING = "starting"
    UNHEALTHY = "unhealthy"
    RESTARTING = "restarting"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ObservedContainer:
    """A container that carries our label."""

    id: str
    name: str
    service: str
    image: str
    condition: Condition
    restarts: int
    started: str
    exit_code: int = 0
    ports: tuple[str, ...] = ()
    release: str = ""
    replica: int = 1
    user: str = ""

    @property
    def is_up(self) -> bool:
        """It does its work, as far as the engine can tell."""
        return self.condition in {Condition.HEALTHY, Condition.RUNNING}

    @property
    def runs_as_root(self) -> bool:
        return self.user.partition(":")[0] in {"", "0", "root"}


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that a container wrote; `at` is RFC 3339 with nanoseconds, so that it sorts."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class ObservedStack:
    """Everything on the engine that carries one install's label; volumes and networks by name."""

    containers: tuple[ObservedContainer, ...] = ()
    volumes: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.containers or self.volumes or self.networks)


@dataclass(frozen=True, slots=True)
class ObservedNetwork:
    """A network of the engine with the label of its install, empty when it is not ours."""

    name: str
    install: str
    subnets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Where this machine sends packets for a range; the default route is none."""

    interface: str
    destination: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Where an image keeps data: declared volumes, and the folder of PostgreSQL's cluster."""

    volumes: tuple[str, ...] = ()
    cluster: str = ""

    @classmethod
    def of(cls, config: Mapping[str, object]) -> "Layout":
        """From an image's own configuration, as the engine and registries tell it alike."""
        volumes, words = config.get("Volumes") or (), config.get("Env") or ()
        assert isinstance(volumes, Iterable)  # noqa: S101 - the format of images
        assert isinstance(words, Iterable)  # noqa: S101 - the format of images
        told = dict(str(word).partition("=")[::2] for word in words)
        return cls(tuple(sorted(map(str, volumes))), told.get("PGDATA", ""))


@dataclass(frozen=True, slots=True)
class ObservedImage:
    """An image on the engine; `size` in bytes."""

    id: str
    tags: tuple[str, ...]
    size: int
    created: str
    labels: Mapping[str, str] = field(default_factory=dict)
    digests: tuple[str, ...] = ()
    layout: Layout = field(default_factory=Layout)


@dataclass(frozen=True, slots=True)
class OfferedImage:
    """An image in a registry; `reference` pins it by digest, `size` is what a pull transfers.

    `layers` are its parts: digest to bytes.
    """

    reference: str
    labels: Mapping[str, str] = field(default_factory=dict)
    size: int = 0
    layers: Mapping[str, int] = field(default_factory=dict)
    layout: Layout = field(default_factory=Layout)

    @property
    def digest(self) -> str:
        return self.reference.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What the engine tells about itself and its machine; sizes in bytes."""

    version: str
    api_version: str
    os: str
    architecture: str
    cpus: int
    memory: int
    root: str
    rootless: bool
    kind: str
    clock: str
    live_restore: bool = False
    warnings: tuple[str, ...] = ()

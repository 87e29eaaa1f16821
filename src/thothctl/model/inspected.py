"""A container as it really runs: the rights, limits and ways in that the engine gave it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thothctl.model.secret import Secret

LOOPBACK = ("127.", "::1")
EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared, never bound


@dataclass(frozen=True, slots=True)
class Published:
    """A port of the host that leads into a container; `inner` is like `8080/tcp`."""

    address: str
    port: int
    inner: str

    @property
    def is_local(self) -> bool:
        return self.address.startswith(LOOPBACK)

    @property
    def is_everywhere(self) -> bool:
        return self.address in EVERYWHERE


@dataclass(frozen=True, slots=True)
class Mounted:
    """A piece of the host or a volume inside a container."""

    kind: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A network that a container is in; `key` is its name in the Compose file."""

    name: str
    key: str
    internal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedContainer:
    """What decides how much a container may do, and who can reach it."""

    name: str
    service: str
    image: str
    image_id: str = ""
    user: str = ""
    program: str = ""
    command_line: Secret = field(default_factory=lambda: Secret(""))
    environment: Mapping[str, Secret] = field(default_factory=dict)
    read_only: bool = False
    privileged: bool = False
    init: bool = False
    dropped: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    options: tuple[str, ...] = ()
    pids: int = 0
    memory: int = 0
    health: tuple[str, ...] = ()
    restart: str = ""
    log_driver: str = ""
    log_options: Mapping[str, str] = field(default_factory=dict)
    log_path: str = ""
    namespaces: Mapping[str, str] = field(default_factory=dict)
    devices: tuple[str, ...] = ()
    mounts: tuple[Mounted, ...] = ()
    memory_folders: tuple[str, ...] = ()
    """Where it may write what ends with it."""
    published: tuple[Published, ...] = ()
    networks: tuple[Joined, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """What the release's Compose files say of a service."""

    published: tuple[Published, ...] = ()

    def allows(self, found: Published) -> bool:
        """The same door; a port left open in the file is the engine's choice."""
        return any(
            one.inner == found.inner
            and one.port in {0, found.port}
            and (one.address == found.address or (one.is_everywhere and found.is_everywhere))
            for one in self.published
        )


@dataclass(frozen=True, slots=True)
class Permissions:
    """Who may do what with a file or a folder of the host."""

    mode: int
    mine: bool
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class DaemonSettings:
    """How the engine's process was started, as far as this user may see."""

    addresses: tuple[str, ...] = ()
    tls_verified: bool = False
    userland_proxy: bool | None = None

"""The real records, rendering, journal and key checks over an engine that is only played."""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

from thothctl.adapters.machine import SystemHost
from thothctl.adapters.world import RealWorld
from thothctl.errors import EngineRefusedError, EngineUnreachableError
from thothctl.model.answer import ServiceHealth
from thothctl.model.observed import (
    Condition,
    EngineFacts,
    LogLine,
    ObservedContainer,
    ObservedImage,
    ObservedNetwork,
    ObservedStack,
    Route,
)
from thothctl.model.secret import Secret
from thothctl.model.stack import Image
from thothctl.world import ImagePolicy, Report, Watch, World

REFERENCE = "thoth-ai:played"
GIB = 1024**3


class PlayedEngine:
    """Knows which release runs, because Compose told it."""

    def __init__(self) -> None:
        self.running: Path | None = None
        self.calls: list[str] = []
        self.broken: str = ""
        self.gone = False
        self.services: tuple[str, ...] = ("app",)
        self.made: dict[str, Mapping[str, str]] = {}

    def facts(self) -> EngineFacts:
        return EngineFacts(
            "28.0.0",
            "1.48",
            "linux",
            "x86_64",
            4,
            8 * GIB,
            "/",
            rootless=False,
            kind="docker",
            clock="",
        )

    def observe(self, install: str) -> ObservedStack:
        if self.running is None:
            return ObservedStack(volumes=self._volumes())
        return ObservedStack(tuple(map(_container, self.services)), self._volumes())

    def _volumes(self) -> tuple[str, ...]:
        stores = ("data", *self.services[1:])
        return (*(f"thoth-default_{store}_g1" for store in stores), *self.made)

    def foreign(self, project: str, install: str) -> tuple[str, ...]:
        return ()

    def images(self, product: str) -> tuple[ObservedImage, ...]:
        return ()

    def image(self, reference: str) -> ObservedImage | None:
        return ObservedImage("sha256:1", (reference,), 1, "now")

    def publishers(self, port: int) -> Mapping[str, str]:
        return {}

    def networks(self) -> tuple[ObservedNetwork, ...]:
        return ()

    def logs(
        self,
        container: str,
        *,
        tail: int | None = None,
        since: datetime | None = None,
        follow: bool = False,
    ) -> Iterator[LogLine]:
        return iter(())

    def remove_containers(self, install: str) -> None:
        self.running = None
        self.refuse_gone()

    def refuse_gone(self) -> None:
        if self.gone:
            raise EngineUnreachableError("Docker did not answer", hint="start it")

    def remove_networks(self, install: str) -> None: ...
    def remove_volumes(self, install: str, names: Sequence[str] | None = None) -> None:
        self.made = {n: v for n, v in self.made.items() if names is not None and n not in names}

    def volume_labels(self, name: str) -> Mapping[str, str] | None:
        return self.made.get(name)

    def create_volume(self, name: str, labels: Mapping[str, str], *, place: str = "") -> None:
        self.made[name] = labels


def _container(service: str) -> ObservedContainer:
    identity = "c" if service == "app" else f"c-{service}"
    return ObservedContainer(identity, service, service, REFERENCE, Condition.HEALTHY, 0, "now")


class PlayedCompose:
    """Keeps what a container would see of the secrets at each start."""

    def __init__(self, engine: PlayedEngine) -> None:
        self._engine = engine
        self.seen: dict[str, str] = {}

    def version(self) -> str:
        return "2.30.0"

    def check(self, folder: Path) -> None:
        self._engine.calls.append("check")

    def up(
        self,
        folder: Path,
        services: Sequence[str] = (),
        *,
        watch: Watch | None = None,
        alone: bool = False,
        keep: bool = False,
    ) -> None:
        self._engine.calls.append(f"up {folder.name}")
        if self._engine.broken == "gone":
            self._engine.gone = True
        self._engine.refuse_gone()
        if self._engine.broken == folder.name:
            raise EngineRefusedError("it will not start", hint="look")
        self._engine.running = folder
        places = (folder / "../../secrets").resolve()
        text = (folder / "compose.yaml").read_text()
        self.seen = {p.name: p.read_text() for p in places.iterdir() if f"secrets/{p.name}" in text}

    def stop(self, folder: Path, services: Sequence[str] = (), *, seconds: int) -> None:
        self._engine.calls.append(f"stop {' '.join(services)}".strip())
        self._engine.running = None


class PlayedHandover:
    """Remembers what was given to programs in containers; fails where it is told to."""

    def __init__(self, engine: PlayedEngine) -> None:
        self._engine = engine
        self.given: list[tuple[tuple[str, ...], str]] = []

    def give(self, container: str, command: Sequence[str], text: Secret) -> tuple[int, str]:
        self._engine.calls.append(f"give {container} {command[0]}")
        self._engine.refuse_gone()
        if self._engine.broken == command[0]:
            return 1, f"ERROR: {command[0]} will not"
        self.given.append((tuple(command), text.reveal()))
        return 0, ""


class PlayedImages:
    """Has every image."""

    def present(self, image: Image, registry: str = "") -> str | None:
        return REFERENCE

    def fetch(self, reference: str) -> None: ...

    def provide(self, image: Image, policy: ImagePolicy, registry: str) -> str:
        return REFERENCE

    def push(self, image: Image, registry: str) -> str:
        return REFERENCE


class PlayedServer:
    """Is always healthy."""

    def health(self, base: str, *, seconds: float = 5) -> tuple[ServiceHealth, ...]:
        return (ServiceHealth("database", ok=True, status="ok", detail=""),)

    def health_inside(self, container: str) -> tuple[ServiceHealth, ...]:
        return self.health(container)

    def lives(self, base: str) -> bool:
        return True


class PlayedHost(SystemHost):
    """Roomy, and nobody else's programs on it: only files are this machine's own."""

    def cpus(self) -> int:
        return 4

    def memory(self) -> int:
        return 8 * GIB

    def free_bytes(self, path: Path) -> int:
        return 100 * GIB

    def size_bytes(self, path: Path) -> int:
        return 200 * GIB

    def port_is_free(self, address: str, port: int) -> bool:
        return True

    def port_owner(self, port: int) -> str:
        return ""

    def routes(self) -> tuple[Route, ...]:
        return ()


class PlayedWorld(RealWorld):
    """A real home on a played engine; made once a command, the engine outlives it."""

    def __init__(self, play: "Play", report: Report) -> None:
        super().__init__(os.environ, "1.0.0", report)
        self.host = PlayedHost(Path("docker.sock"))
        self.engine = play.engine  # type: ignore[assignment]  # in place of the cached property
        self.compose = play.compose  # type: ignore[assignment]
        self.handover = play.handover  # type: ignore[assignment]
        self.images = PlayedImages()  # type: ignore[assignment]
        self.server = PlayedServer()  # type: ignore[assignment]


class Play:
    """Makes the worlds of one test."""

    def __init__(self) -> None:
        self.engine = PlayedEngine()
        self.compose = PlayedCompose(self.engine)
        self.handover = PlayedHandover(self.engine)

    def connect(self, report: Report) -> World:
        return cast("World", PlayedWorld(self, report))

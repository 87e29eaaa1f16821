"""What the services wrote: one story told by several containers."""

import queue
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from thothctl.model.observed import Condition, LogLine, ObservedContainer
from thothctl.operations import running
from thothctl.operations.steps import install_of
from thothctl.world import World

REOPEN_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class LogRequest:
    """Which lines are wanted; `tail` counts the lines of each container that match."""

    services: tuple[str, ...] = ()
    tail: int = 100
    since: datetime | None = None
    pattern: re.Pattern[str] | None = None

    def wants(self, line: LogLine) -> bool:
        return self.pattern is None or bool(self.pattern.search(line.text))


@dataclass(frozen=True, slots=True)
class Told:
    """A line and who wrote it; `source` also tells replicas apart."""

    service: str
    source: str
    line: LogLine


def past(world: World, name: str, request: LogRequest) -> list[Told]:
    """The lines that are there, in the order they were written."""
    told = [
        one
        for container in _chosen(world, name, request)
        for one in _last(world, container, request)
    ]
    return sorted(told, key=lambda one: one.line.at)


def follow(world: World, name: str, request: LogRequest) -> Iterator[Told]:
    """The last lines and every new one, until no container is left that could write."""
    chosen = _chosen(world, name, request)
    heard: queue.SimpleQueue[Told | Exception | None] = queue.SimpleQueue()
    yield from past(world, name, request)
    for container in chosen:
        listener = _listener(world, name, container, heard.put)
        threading.Thread(target=listener, daemon=True).start()
    open_ones = len(chosen)
    while open_ones:
        told = heard.get()
        if isinstance(told, Exception):
            raise told
        if told is None:
            open_ones -= 1
        elif request.wants(told.line):
            yield told


def _chosen(world: World, name: str, request: LogRequest) -> list[ObservedContainer]:
    install = install_of(world, name)
    observed = world.engine.observe(install.uuid).containers
    known = {container.service for container in observed}
    if unknown := [service for service in request.services if service not in known]:
        running.refuse_unknown(world, name, unknown)
    return [c for c in observed if not request.services or c.service in request.services]


def _last(world: World, container: ObservedContainer, request: LogRequest) -> Sequence[Told]:
    """A pattern counts before the tail does: the engine would count the other way round."""
    tail = None if request.pattern else request.tail
    lines = world.engine.logs(container.id, tail=tail, since=request.since)
    kept = deque((line for line in lines if request.wants(line)), maxlen=request.tail)
    return [_told(container, line) for line in kept]


def _listener(
    world: World,
    name: str,
    container: ObservedContainer,
    put: Callable[[Told | Exception | None], None],
) -> Callable[[], None]:
    """Listens beyond restarts: the engine ends a stream with the process that wrote it."""

    def listen() -> None:
        since, last = world.clock.now(), ""
        try:
            while True:
                for line in world.engine.logs(container.id, since=since, follow=True):
                    if line.at > last:
                        last = line.at
                        put(_told(container, line))
                if not _goes_on(world, name, container):
                    break
                world.clock.pause(REOPEN_SECONDS)
        except Exception as error:  # noqa: BLE001 - told to whoever listens
            put(error)
        put(None)

    return listen


def _goes_on(world: World, name: str, container: ObservedContainer) -> bool:
    observed = world.engine.observe(install_of(world, name).uuid).containers
    return any(c.id == container.id and c.condition is not Condition.STOPPED for c in observed)


def _told(container: ObservedContainer, line: LogLine) -> Told:
    number = f"-{container.replica}" if container.replica > 1 else ""
    return Told(container.service, f"{container.service}{number}", line)

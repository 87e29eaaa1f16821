"""Containers that are only played: what they are and what they wrote, changing with time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import cast

from fakes import FakeClock
from local_world import PlayedServer

from thothctl.adapters.bundles import TemplateBundles
from thothctl.model.install import Install, Release
from thothctl.model.observed import Condition, LogLine, ObservedContainer, ObservedStack
from thothctl.world import World

INSTALL = Install("default", "u-1", "thoth-ai", "2026-01-01T00:00:00+00:00")
RELEASE = Release(
    1, "", "", "1", {"mode": "standalone", "bind": "127.0.0.1", "port": 1}, {}, {}, "", ""
)
LONG_AGO, NOW = "2025-01-01T00:00:00.123456789Z", "2025-12-31T23:59:59.123456789Z"


def container(  # noqa: PLR0913 - the fields that tests vary
    service: str = "app",
    condition: Condition = Condition.HEALTHY,
    *,
    restarts: int = 0,
    started: str = NOW,
    exit_code: int = 0,
    replica: int = 1,
    release: str = "1",
    user: str = "10001:10001",
) -> ObservedContainer:
    name = f"{service}-{replica}"
    return ObservedContainer(
        name, name, service, "image", condition, restarts, started, exit_code, (), release,
        replica, user,
    )  # fmt: skip


class PlayedContainers:
    """An engine of these containers; `at` may tell others for each look."""

    def __init__(
        self,
        *containers: ObservedContainer,
        at: Callable[[int], Sequence[ObservedContainer]] | None = None,
        lines: dict[str, list[LogLine]] | None = None,
    ) -> None:
        self._at = at or (lambda _: containers)
        self.looks = 0
        self.lines = lines or {}

    def observe(self, install: str) -> ObservedStack:
        self.looks += 1
        return ObservedStack(tuple(self._at(self.looks)))

    def logs(
        self,
        container: str,
        *,
        tail: int | None = None,
        since: datetime | None = None,
        follow: bool = False,
    ) -> Iterator[LogLine]:
        lines = self.lines.get(container, [])
        yield from lines if tail is None else lines[len(lines) - tail :]


class Installed:
    """One recorded install with one release."""

    def find(self, name: str) -> Install | None:
        return INSTALL if name == INSTALL.name else None

    def active(self, name: str) -> int | None:
        return 1

    def release(self, name: str, number: int) -> Release:
        return replace(RELEASE, number=number)


def world_of(engine: PlayedContainers) -> World:
    """A world of this engine, whose server is healthy."""
    return cast(
        "World",
        SimpleNamespace(
            engine=engine,
            clock=FakeClock(),
            bundles=TemplateBundles(),
            installs=Installed(),
            server=PlayedServer(),
            report=lambda _: None,
        ),
    )

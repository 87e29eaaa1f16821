"""A server that an operation needs, and that went down with its engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from fakes import FakeClock
from played_containers import INSTALL, RELEASE, container

from thothctl.adapters.bundles import TemplateBundles
from thothctl.model.observed import Condition, ObservedStack
from thothctl.operations.running import server_up
from thothctl.world import World

FOLDER = Path("/releases/1")


@dataclass
class Host:
    """An engine with one server, and a Compose that starts it."""

    condition: Condition
    started: list[tuple[str, ...]] = field(default_factory=list)

    def observe(self, _: str) -> ObservedStack:
        return ObservedStack((container("postgres", self.condition),))

    def image(self, _: str) -> None:
        return None

    def up(self, folder: Path, services: Sequence[str] = (), **_: object) -> None:
        assert folder == FOLDER
        self.started.append(tuple(services))
        self.condition = Condition.HEALTHY

    def world(self) -> World:
        installs = SimpleNamespace(
            find=lambda _: INSTALL,
            active=lambda _: 1,
            release=lambda *_: RELEASE,
            release_folder=lambda *_: FOLDER,
        )
        parts = SimpleNamespace(
            engine=self,
            compose=self,
            installs=installs,
            clock=FakeClock(),
            bundles=TemplateBundles(),
            report=lambda _: None,
        )
        return cast("World", parts)


@pytest.mark.parametrize(
    ("condition", "started"),
    [(Condition.STOPPED, [("postgres",)]), (Condition.HEALTHY, [])],
)
def test_f2_a_server_that_went_down_with_its_engine_is_started_for_what_goes_on(
    condition: Condition, started: list[tuple[str, ...]]
) -> None:
    host = Host(condition)

    assert server_up(host.world(), INSTALL, "postgres") == "postgres-1"
    assert host.started == started

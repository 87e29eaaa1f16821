"""What is kept of a release that failed never stands in the way back."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import ClassVar, cast

import pytest
from fakes import FakeWorld
from played_containers import INSTALL, container

from thothctl.errors import EngineRefusedError
from thothctl.model.observed import ObservedStack
from thothctl.operations.execute import RolledBackError, execute
from thothctl.operations.plan import Plan, Recovery
from thothctl.world import World


@dataclass(frozen=True)
class Start:
    """A step that started a release."""

    why: str = "to fail"
    title: ClassVar[str] = "Start"
    starts: ClassVar[str] = "2"

    def apply(self, world: World) -> None:
        cast("FakeWorld", world).do("start")

    def undo(self, world: World) -> None:
        cast("FakeWorld", world).do("undo start")


class Unread(FakeWorld):
    """A world that has containers of the release, and one secret that cannot be read."""

    unreadable: BaseException
    engine = SimpleNamespace(
        observe=lambda _: ObservedStack((container(release="2"),)), logs=lambda *_, **__: ()
    )

    @property
    def installs(self) -> SimpleNamespace:
        def secret(*_: object) -> None:
            raise self.unreadable

        return SimpleNamespace(
            find=lambda _: INSTALL, stored_secrets=lambda _: ("token",), secret=secret
        )


@pytest.mark.parametrize(
    "unreadable",
    [
        PermissionError("not yours"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        EngineRefusedError("it is locked", hint="unlock it"),
    ],
)
def test_a_secret_that_cannot_be_read_does_not_stop_the_way_back(unreadable: BaseException) -> None:
    world = Unread(breaks=frozenset({"start"}))
    world.unreadable = unreadable
    plan = Plan("start", "test", "default", (Start(),), recovery=Recovery.UNWIND, had_release=True)

    with pytest.raises(RolledBackError, match="broken"):
        execute(plan, world.as_world(), operation="op")

    assert world.calls == ["start", "undo start"]
    assert world.journal.events()[-1] == "unwound"

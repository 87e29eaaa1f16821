"""A migration that is taken back has an end, or the release that ran runs again."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes import FakeWorld, Remark
from played_containers import INSTALL, RELEASE, PlayedContainers, container

from thothctl.adapters.bundles import TemplateBundles
from thothctl.model.observed import LogLine
from thothctl.operations.execute import RolledBackError, execute
from thothctl.operations.migrate_down import MigrateDown
from thothctl.operations.plan import Plan
from thothctl.world import Watch

IMAGES = dict.fromkeys(("thoth-ai",), "thoth-ai:2")


@dataclass
class Migrating(FakeWorld):
    """Runs a migration that takes so many seconds, which are over in no time."""

    takes: int = 0
    engine: PlayedContainers = field(
        default_factory=lambda: PlayedContainers(lines={"setup-1": [LogLine("t", "waits")]})
    )

    @property
    def bundles(self) -> TemplateBundles:  # type: ignore[override]  # the real ones
        return TemplateBundles()

    @property
    def installs(self) -> SimpleNamespace:
        return SimpleNamespace(
            find=lambda _: INSTALL,
            active=lambda _: None,
            stage=lambda *_: Path("/staged"),
            discard=lambda *_: self.do("discard"),
            stored_secrets=lambda _: (),
            own_files=lambda _: {},
            override=lambda _: "",
        )

    @property
    def toolbox(self) -> SimpleNamespace:
        return SimpleNamespace(clear=lambda _: self.do("clear"))

    @property
    def compose(self) -> SimpleNamespace:
        return SimpleNamespace(once=self.once)

    def once(
        self, folder: Path, service: str, command: tuple[str, ...], *, watch: Watch
    ) -> tuple[int, str]:
        self.do(f"{folder}: {service} {' '.join(command)}")
        for _ in range(self.takes):
            self.clock.pause(1)
            watch()
        return 0, ""


def down(world: Migrating, seconds: int) -> None:
    steps = (
        Remark("stop"),
        MigrateDown(
            "default", "thoth-ai", 3, RELEASE.settings, {"data": 2}, {}, IMAGES, "1.1.0", "setup",
            "0001", why="back", goal=1, seconds=seconds,
        ),
    )  # fmt: skip
    world.engine.task = lambda *_: container("setup")  # type: ignore[attr-defined]
    plan = Plan("go back", "test", "default", steps, had_release=True)
    execute(plan, world.as_world(), operation="op")


def test_f17_a_migration_back_that_never_ends_is_left_and_what_ran_runs_again() -> None:
    world = Migrating(takes=600)

    with pytest.raises(RolledBackError, match="the release from before runs again") as caught:
        down(world, 20)

    assert caught.value.exit_code == 9
    said = "1.1.0 did not take its migrations back: setup has not come to an end after 20 s"
    assert said in caught.value.message
    assert "setup | waits" in caught.value.message
    assert "--timeout SECONDS" in caught.value.hint
    assert "`thothctl rollback --to 1 --data restore`" in caught.value.hint
    assert world.clock.seconds == 21
    assert world.calls == [
        "stop", "clear", "/staged: setup migrate --to 0001", "clear", "discard", "undo stop",
    ]  # fmt: skip


def test_one_that_takes_its_time_is_waited_for() -> None:
    world = Migrating(takes=600)

    down(world, 1800)

    assert world.calls[-1] == "discard"

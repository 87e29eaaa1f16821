"""Volumes that others packed, on real records and a played engine: cut off, they go on or back."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.conftest import home
from local_world import Play
from played_toolbox import PlayedToolbox

from thothctl.cli.main import main
from thothctl.errors import IntegrityError
from thothctl.operations.execute import execute
from thothctl.operations.plan import Plan, to_record
from thothctl.operations.recover import go_on, take_back, unfinished
from thothctl.operations.restore import IMPORT, plan_undo, present
from thothctl.operations.taking_in import plan_taking
from thothctl.world.outsiders import VolumeTar

__all__ = ["home"]
STEPS = 8
"""Of taking in one store: images, generation, unpack, render, stop, start, healthy, activate."""


class At:
    """A standalone install on a played engine, and a packed volume."""

    def __init__(self, folder: Path) -> None:
        self.play, self.toolbox = Play(), PlayedToolbox()
        assert main(["setup", "--yes", "--no-demo", "--port", "8099"], self.play.connect) == 0
        self.world = self.play.connect(lambda _: None)
        self.world.toolbox = self.toolbox  # type: ignore[misc,assignment]  # in place of the real one
        self._tar = folder / "thoth.tar.gz"
        self._tar.write_bytes(gzip.compress(b"a tar"))

    def plan(self) -> Plan:
        tar = VolumeTar(str(self._tar), "", 5, 1, database="thoth.sqlite")
        return plan_taking(present(self.world, "default"), {"data": tar}, 9)

    def served(self) -> tuple[int | None, str, list[str]]:
        """The active release, the one that runs, and the volumes that were made."""
        running = self.play.engine.running
        made = list(self.play.engine.made)
        return self.world.installs.active("default"), running.name if running else "", made


@pytest.fixture
def at(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[At]:
    yield At(tmp_path)
    capsys.readouterr()


def killed(at: At, plan: Plan, place: int) -> None:
    """The journal and the engine as after a kill at the end of a step, before its `done`."""
    journal, operation = at.world.journal, "99991231T000000.000000Z-import-abcd"
    journal.begin("default", operation, {"event": "planned", "plan": to_record(plan)})
    for index, one in enumerate(plan.steps[: place + 1]):
        journal.record("default", operation, {"event": "started", "index": index})
        one.apply(at.world)
        if index < place:
            journal.record("default", operation, {"event": "done", "index": index})


@pytest.mark.parametrize("way", ["resume", "rollback"])
@pytest.mark.parametrize("place", range(STEPS))
def test_f2_an_import_that_was_killed_goes_on_or_back(at: At, place: int, way: str) -> None:
    plan = at.plan()
    assert len(plan.steps) == STEPS
    killed(at, plan, place)
    pending = unfinished(at.world, "default")
    assert pending is not None

    (go_on if way == "resume" else take_back)(pending, at.world)

    new = ["thoth-default_data_g2"]
    assert at.served() == ((2, "2", new) if way == "resume" else (1, "1", []))
    assert unfinished(at.world, "default") is None


def test_what_a_killed_try_left_unpacking_is_ended_first(at: At) -> None:
    execute(at.plan(), at.world, operation="op")

    assert at.toolbox.calls.index("clear") < at.toolbox.calls.index("true")


def test_what_was_taken_in_is_a_release_of_its_own_and_can_be_undone(at: At) -> None:
    execute(at.plan(), at.world, operation="op")
    release = at.world.installs.release("default", 2)
    assert (release.why, dict(release.generations)) == (IMPORT, {"data": 2})

    execute(plan_undo(present(at.world, "default"), 9), at.world, operation="p")

    assert dict(at.world.installs.release("default", 3).generations) == {"data": 1}


def test_a_packed_volume_that_is_refused_touches_nothing(at: At) -> None:
    at.toolbox.broken, at.toolbox.status = "thoth-take", 12

    with pytest.raises(IntegrityError):
        execute(at.plan(), at.world, operation="op")

    assert at.served() == (1, "1", [])

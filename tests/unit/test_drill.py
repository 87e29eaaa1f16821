"""A drill on real records and archives and a played engine: shut in, and gone whatever happens."""

from pathlib import Path

import pytest
from cli.conftest import home
from local_world import Play
from played_toolbox import PlayedToolbox, backup_of

from thothctl.cli.main import main
from thothctl.model.event import Event
from thothctl.operations.drill import RenderDrill, found, plan_drill
from thothctl.operations.drill_ground import ground_of, tidy
from thothctl.operations.plan import Plan, to_record
from thothctl.operations.recover import unfinished
from thothctl.operations.restore import Wish
from thothctl.operations.restore_new import NewInstall
from thothctl.world import World

__all__ = ["home"]
GROUND = ground_of("default")


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def play() -> Play:
    return Play()


@pytest.fixture
def world(home: Path, play: Play, told: list[Event], capsys: pytest.CaptureFixture[str]) -> World:
    assert main(["setup", "--yes", "--no-demo", "--port", "8099"], play.connect) == 0
    capsys.readouterr()
    world = play.connect(told.append)
    world.toolbox = PlayedToolbox()  # type: ignore[misc,assignment]  # in place of the real one
    return world


@pytest.fixture
def plan(world: World, tmp_path: Path) -> Plan:
    """Of a backup of the install, as `backup drill` makes it."""
    install, archive = world.installs.find("default"), tmp_path / "a.thoth-backup"
    assert install is not None
    release = world.installs.release("default", 1)
    manifest = backup_of(install, release, archive)
    stack = world.bundles.stack(install.stack)
    made = NewInstall("of-the-drill", stack, release.settings, "mark", "now", beside=True)
    wish = Wish("drill-abcd", str(archive), manifest, keeper=GROUND)
    return plan_drill(wish, made, ("data",), "default")


def test_nobody_gets_into_a_drill_and_nothing_gets_out(world: World, plan: Plan) -> None:
    rendering = next(n for n, one in enumerate(plan.steps) if isinstance(one, RenderDrill))
    for one in plan.steps[:rendering]:
        if type(one).__name__ == "CreateInstall":
            one.apply(world)

    plan.steps[rendering].apply(world)

    folder = world.installs.release_folder("drill-abcd", 1)
    override = (folder / "compose.override.yaml").read_text()
    assert "ports: !reset []" in override
    assert "internal: true" in override
    assert "internal: true" not in (folder / "compose.yaml").read_text()


def test_a_drill_that_was_cut_off_after_its_record_went_is_taken_back(
    world: World, plan: Plan, told: list[Event]
) -> None:
    begun(world, plan)

    tidy(world, "default")

    assert unfinished(world, GROUND) is None
    assert world.installs.names() == ("default",)
    assert "is still there" not in str(told)


def test_what_cannot_be_tidied_up_stops_nobody_and_is_told(
    world: World, plan: Plan, play: Play, told: list[Event]
) -> None:
    begun(world, plan)
    play.engine.gone = True

    tidy(world, "default")

    assert "what a drill left is still there: Docker did not answer" in str(told)
    assert unfinished(world, GROUND) is not None


def test_a_key_that_was_kept_for_a_drill_that_never_began_does_not_stay(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("private")
    world.restores.keep_key(GROUND, tmp_path / "key")

    with world.locks.hold(GROUND, "backup drill"):
        tidy(world, "default")
        assert world.restores.key_path(GROUND).exists(), "somebody reads with it"
    tidy(world, "default")

    assert not world.restores.key_path(GROUND).exists()


def begun(world: World, plan: Plan) -> None:
    """Every step was, and nobody wrote down that it ended."""
    world.journal.begin(GROUND, "1-drill", {"event": "planned", "plan": to_record(plan)})
    for index in range(len(plan.steps)):
        world.journal.record(GROUND, "1-drill", {"event": "started", "index": index})


def test_what_was_found_is_told_from_what_others_log() -> None:
    """Docker gives both streams as one, in any order."""
    document = '{"problems": [], "asked": [{"answered": true}]}'
    log = '{"level": "warning", "message": "slow"}'
    for said in (f"{document}\n{log}", f"{log}\n{document}\n{{", f"{log}\n[1]\n{document}"):
        assert found(said, "asked") == {"problems": [], "asked": [{"answered": True}]}
    assert found(log, "asked") == {}

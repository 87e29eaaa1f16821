"""Restores on real records and archives and a played engine: wherever they break, the old runs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest
from cli.conftest import home
from local_world import Play
from played_toolbox import PlayedToolbox, backup_of

from thothctl.cli.main import main
from thothctl.errors import (
    CheckFailedError,
    ExitCode,
    IncompatibleError,
    IntegrityError,
    NoSpaceError,
    ThothctlError,
    UsageError,
)
from thothctl.model.backup import Manifest
from thothctl.operations import restore as restoring
from thothctl.operations import restore_gates as gates
from thothctl.operations.execute import execute
from thothctl.operations.generations import next_generation
from thothctl.operations.plan import Plan, step, to_record
from thothctl.operations.recover import go_on, take_back, unfinished
from thothctl.operations.restore_again import is_restored
from thothctl.operations.restore_new import NewInstall
from thothctl.operations.restore_steps import TakeOver
from thothctl.operations.rollback import back_to, chosen, look_back
from thothctl.operations.rollback_data import Choice, way_back
from thothctl.operations.steps import AwaitHealthy, StartRelease
from thothctl.operations.waiting import START_SECONDS
from thothctl.world import World

__all__ = ["home"]
STEPS = 8
"""Of a restore of one store: images, generation, load, render, stop, start, healthy, activate."""


@step
@dataclass(frozen=True)
class Stumble:
    """A step at which everything breaks."""

    why: str = "to see what then"
    title: ClassVar[str] = "Stumble"

    def apply(self, world: World) -> None:
        raise RuntimeError("stumbled")

    def undo(self, world: World) -> None: ...


@dataclass
class Place:
    """A standalone install on a played engine, and a backup of it."""

    play: Play
    toolbox: PlayedToolbox
    folder: Path
    world: World
    manifest: Manifest

    @property
    def archive(self) -> Path:
        return self.folder / "a.thoth-backup"

    def plan(self) -> Plan:
        seen = restoring.present(self.world, "default")
        wish = restoring.Wish("default", str(self.archive), self.manifest)
        return restoring.plan_restore(seen, wish, ("data",))

    def running(self) -> str:
        return self.play.engine.running.name if self.play.engine.running else ""


@pytest.fixture
def at(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Place]:
    play = Play()
    assert main(["setup", "--yes", "--no-demo", "--port", "8099"], play.connect) == 0
    world = play.connect(lambda _: None)
    toolbox = PlayedToolbox()
    world.toolbox = toolbox  # type: ignore[misc,assignment]  # in place of the real one
    install = world.installs.find("default")
    assert install is not None
    manifest = backup_of(install, world.installs.release("default", 1), tmp_path / "a.thoth-backup")
    yield Place(play, toolbox, tmp_path, world, manifest)
    capsys.readouterr()


def test_the_plan_builds_beside_and_moves_one_pointer(at: Place) -> None:
    assert str(at.plan()).splitlines() == [
        f"restore {at.manifest.id} into default",
        "1. ProvideImages: have every image before anything is touched",
        "2. FreshGeneration: data is built beside what is served",
        "3. LoadStore: data as it was, compared with the manifest",
        "4. RenderRelease: files that point at the new generations",
        "5. StopWriters: nobody writes to what is about to be left",
        "6. StartRelease: run on the new generations",
        "7. AwaitHealthy: a restore ends when the stack answers",
        "8. ActivateRelease: release 2 answers",
    ]


@pytest.mark.parametrize(("given", "limit"), [(5, START_SECONDS), (9000, 9000)])
def test_its_start_has_an_end_that_may_be_put_off(given: int, limit: int) -> None:
    start, awaited, _ = restoring.live("default", 2, 1, given)

    assert isinstance(start, StartRelease)
    assert isinstance(awaited, AwaitHealthy)
    assert (start.seconds, awaited.seconds) == (limit, given)


def test_a_restore_ends_on_new_generations_and_its_undo_on_the_old_ones(at: Place) -> None:
    execute(at.plan(), at.world, operation="op")

    release = at.world.installs.release("default", 2)
    assert at.world.installs.active("default") == 2
    assert (release.why, release.backup) == ("restore", at.manifest.id)
    assert dict(release.generations) == {"data": 2}
    labels = at.play.engine.made["thoth-default_data_g2"]
    assert labels["com.docker.compose.project"] == "thoth-default"
    assert labels["com.docker.compose.volume"] == "data"
    assert labels["io.thoth.generation"] == "2"

    execute(restoring.plan_undo(restoring.present(at.world, "default"), 9), at.world, operation="p")

    assert dict(at.world.installs.release("default", 3).generations) == {"data": 1}
    assert at.running() == "3"
    assert "thoth-default_data_g2" in at.play.engine.made
    with pytest.raises(CheckFailedError, match="no restore to undo"):
        restoring.plan_undo(restoring.present(at.world, "default"), 9)


@pytest.mark.parametrize("place", range(STEPS + 1))
def test_f1_wherever_a_restore_breaks_the_old_release_serves_and_nothing_is_left(
    at: Place, place: int
) -> None:
    plan = at.plan()
    assert len(plan.steps) == STEPS
    broken = replace(plan, steps=(*plan.steps[:place], Stumble(), *plan.steps[place:]))

    with pytest.raises((RuntimeError, ThothctlError)):
        execute(broken, at.world, operation="op")

    assert at.world.installs.active("default") == 1
    assert at.running() == "1"
    assert at.play.engine.made == {}
    assert [r.number for r in at.world.installs.releases("default")] == [1]


@pytest.mark.parametrize("way", ["resume", "rollback"])
@pytest.mark.parametrize("place", range(STEPS))
def test_f2_a_restore_that_was_killed_goes_on_or_back(at: Place, place: int, way: str) -> None:
    plan = at.plan()
    _killed(at, plan, place)
    pending = unfinished(at.world, "default")
    assert pending is not None

    if way == "resume":
        go_on(pending, at.world)
    else:
        take_back(pending, at.world)

    number = 2 if way == "resume" else 1
    assert at.world.installs.active("default") == number
    assert at.running() == str(number)
    assert list(at.play.engine.made) == ["thoth-default_data_g2"][: number - 1]
    assert unfinished(at.world, "default") is None


def test_f35_a_restore_that_ended_is_left_alone_by_every_rollback(at: Place) -> None:
    execute(at.plan(), at.world, operation="1")
    assert unfinished(at.world, "default") is None
    seen = look_back(at.world, "default")
    back = back_to(seen, chosen(seen, None))
    assert dict(way_back(at.world, back, Choice.AUTO, 3).data.generations) == {"data": 2}

    _killed(at, at.plan(), STEPS - 2)
    pending = unfinished(at.world, "default")
    assert pending is not None
    take_back(pending, at.world)

    assert (at.world.installs.active("default"), at.running()) == (2, "2")
    assert list(at.play.engine.made) == ["thoth-default_data_g2"]


def _killed(at: Place, plan: Plan, place: int) -> None:
    """The journal and the engine as after a kill at the end of a step, before its `done`."""
    journal = at.world.journal
    operation = "99991231T000000.000000Z-restore-abcd"
    journal.begin("default", operation, {"event": "planned", "plan": to_record(plan)})
    for index, one in enumerate(plan.steps[: place + 1]):
        journal.record("default", operation, {"event": "started", "index": index})
        one.apply(at.world)
        if index < place:
            journal.record("default", operation, {"event": "done", "index": index})


@pytest.mark.parametrize(
    ("program", "status", "error"),
    [
        ("thoth-fill", 12, IntegrityError),
        ("thoth-fill", 14, NoSpaceError),
    ],
)
def test_what_the_toolbox_refuses_keeps_its_meaning_and_touches_nothing(
    at: Place, program: str, status: int, error: type[ThothctlError]
) -> None:
    at.toolbox.broken, at.toolbox.status = program, status
    before = list(at.play.engine.calls)

    with pytest.raises(error):
        execute(at.plan(), at.world, operation="op")

    assert at.play.engine.calls == before
    assert at.play.engine.made == {}


def test_f1_what_a_killed_restore_still_writes_ends_before_the_same_volume_is_filled_anew(
    at: Place,
) -> None:
    execute(at.plan(), at.world, operation="op")

    assert at.toolbox.calls.index("clear") < at.toolbox.calls.index("thoth-fill")


def test_a_count_that_differs_from_the_manifest_ends_the_restore(at: Place) -> None:
    at.toolbox.counted["db.sqlite3#question"] = 4

    with pytest.raises(IntegrityError, match=r"4 of 5 in db\.sqlite3#question"):
        execute(at.plan(), at.world, operation="op")

    assert at.running() == "1"


def test_a_task_that_a_killed_copy_left_waiting_to_be_read_ends_with_it(at: Place) -> None:
    taking = TakeOver("beside", "u-1", str(at.archive), "default", why="secrets of then")

    taking.undo(at.world)

    assert at.toolbox.calls == ["clear"]


def test_f7_a_newer_backup_is_refused_and_an_older_one_is_not(at: Place) -> None:
    gates.refuse_newer(at.manifest, "1.0.0")
    gates.refuse_newer(at.manifest, "1.10.0")
    with pytest.raises(IncompatibleError) as caught:
        gates.refuse_newer(replace(at.manifest, product_version="1.2.0"), "1.1.9")

    assert caught.value.exit_code == ExitCode.INCOMPATIBLE


def test_f16_a_backup_of_another_install_is_refused(at: Place) -> None:
    install = at.world.installs.find("default")
    assert install is not None

    with pytest.raises(UsageError, match="another install"):
        gates.refuse_foreign(replace(at.manifest, install="someone"), install)


def test_an_install_that_was_made_from_a_backup_is_not_foreign_to_it(at: Place) -> None:
    install, release = at.world.installs.find("default"), at.world.installs.release("default", 1)
    assert install is not None
    other = replace(at.manifest, install="someone")

    gates.refuse_foreign(other, install, [replace(release, backup=other.id)])


def test_room_is_asked_for_by_what_a_store_was_and_guessed_where_nobody_said(at: Place) -> None:
    (part,) = at.manifest.parts
    dump = replace(part, bytes=1000)
    older = replace(at.manifest, parts=(dump,), stored_as={"data": "postgres"})

    assert gates.room_for(older, "data") == 5000
    assert gates.room_for(replace(older, sizes={"data": 1200}), "data") == 2200
    assert gates.room_for(replace(older, stored_as={"data": "sqlite"}), "data") == 1000


def test_the_same_restore_again_is_known_by_what_counts(at: Place) -> None:
    execute(at.plan(), at.world, operation="op")
    seen = restoring.present(at.world, "default")

    assert is_restored(at.world, seen, at.manifest, ("data",))
    at.toolbox.counted["db.sqlite3#question"] = 6
    assert not is_restored(at.world, seen, at.manifest, ("data",))
    other = replace(at.manifest, id="20260102T000000Z-default-abcd")
    assert not is_restored(at.world, seen, other, ("data",))


def test_a_copy_beside_shares_no_secret_but_what_its_data_knows(at: Place) -> None:
    stack = at.world.bundles.stack("thoth-ai")
    settings = stack.complete({"mode": "production"})
    beside = NewInstall("u", stack, settings, "m", "n", beside=True)

    assert replace(beside, beside=False).own_secrets == ()
    assert {"postgres_app_password", "redis_password", "api_token"} <= set(beside.own_secrets)
    assert not {"admin_password", "openai_api_key"} & set(beside.own_secrets)


def test_stores_are_those_of_both_backup_and_install(at: Place) -> None:
    stack, settings = at.world.bundles.stack("thoth-ai"), at.world.installs.settings("default")
    assert settings is not None
    chosen = gates.chosen_stores

    assert chosen(at.manifest, stack, settings, ()) == ("data",)
    with pytest.raises(UsageError, match="does not hold redis"):
        chosen(at.manifest, stack, settings, ["redis"])
    with pytest.raises(IntegrityError, match="lacks the parts of data"):
        chosen(replace(at.manifest, parts=()), stack, settings, ())
    with pytest.raises(IncompatibleError, match="has no redis"):
        chosen(replace(at.manifest, stores=("redis",)), stack, settings, ())


def test_the_next_generation_was_neither_recorded_nor_made(at: Place) -> None:
    install = at.world.installs.find("default")
    assert install is not None
    release = at.world.installs.release("default", 1)

    assert next_generation(install, "data", (), ()) == 1
    assert next_generation(install, "data", (release,), ()) == 2
    assert next_generation(install, "data", (release,), ("thoth-default_data_g7",)) == 8
    assert next_generation(install, "data", (release,), ("thoth-default_database_g9",)) == 2

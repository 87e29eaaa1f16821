"""Which data a rollback finds, and what it refuses to start an older version on."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from fakes import FakeClock
from played_containers import INSTALL, RELEASE

from thothctl.adapters.bundles import TemplateBundles
from thothctl.errors import IncompatibleError, NoSpaceError
from thothctl.model.install import LABEL_REVERSIBLE_TO
from thothctl.model.observed import ObservedImage, ObservedStack
from thothctl.operations.migrate_down import MigrateDown
from thothctl.operations.prospect import prospect
from thothctl.operations.rollback_data import Back, Choice, way_back
from thothctl.world import World
from thothctl.world.backups import Ended, Task

OLD = replace(
    RELEASE,
    number=1,
    version="1.0.0",
    generations={"data": 1},
    database_revision="0001",
    images={"thoth-ai": "thoth-ai:1"},
    created="2025-12-31T00:00:00+00:00",
)
NEW = replace(OLD, number=2, version="1.1.0", database_revision="0002")
BACK = Back(INSTALL, NEW, OLD, (OLD, NEW))


def world(*, irreversible: str = '["0002"]', free: int = 7) -> World:
    """A disk with so much room; the newer image tells which migrations cannot be taken back."""
    image = ObservedImage("id", (), 1, "", {LABEL_REVERSIBLE_TO: "0002"})
    volume = INSTALL.volume("data", 1)
    once = f'{{"irreversible": {irreversible}}}'

    def run(program: Task, *, into: Callable[[bytes], object]) -> Ended:
        said = '{"bytes": 5}' if "thoth-tree" in program.argv else f"Source Avail\n/dev/x {free}\n"
        into(said.encode())
        return Ended(0)

    parts = SimpleNamespace(
        bundles=TemplateBundles(),
        clock=FakeClock(),
        entropy=SimpleNamespace(uuid=lambda: "mark"),
        toolbox=SimpleNamespace(run=run),
        installs=SimpleNamespace(release_folder=lambda *_: "/2", releases=lambda _: (OLD, NEW)),
        compose=SimpleNamespace(once=lambda *_, **__: (0, once)),
        engine=SimpleNamespace(
            image=lambda _: image, observe=lambda _: ObservedStack((), (volume,))
        ),
    )
    return cast("World", parts)


@pytest.mark.parametrize("choice", Choice)
def test_data_that_was_migrated_in_place_is_nothing_to_go_back_to(choice: Choice) -> None:
    with pytest.raises(IncompatibleError, match="was migrated in place") as error:
        way_back(world(), BACK, choice, 3)

    assert error.value.exit_code == 13
    assert "`thothctl restore ID --to-new-install NAME`" in error.value.hint


def test_it_is_nothing_to_go_back_to_either_once_other_data_is_served() -> None:
    restored = replace(NEW, number=3, generations={"data": 2})
    back = Back(INSTALL, restored, OLD, (OLD, NEW, restored))

    with pytest.raises(IncompatibleError, match="was migrated in place"):
        way_back(world(), back, Choice.RESTORE, 4)
    assert prospect(world(), back).gone


def test_a_database_of_the_user_s_is_put_back_by_the_user_who_then_says_so() -> None:
    settings = {**OLD.settings, "mode": "production", "postgres.host": "db.example.org"}
    old, new = (replace(one, settings=settings, generations={}) for one in (OLD, NEW))
    back = Back(INSTALL, new, old, (old, new))

    with pytest.raises(IncompatibleError) as error:
        way_back(world(), back, Choice.AUTO, 3)
    assert "put that database back as it was then" in error.value.hint
    assert "`thothctl rollback --to 1 --data restore`" in error.value.hint
    assert way_back(world(), back, Choice.RESTORE, 3).choice is Choice.KEEP


def test_hints_name_only_what_a_rollback_has() -> None:
    """One with migrations that can be taken back, on a disk that is full."""
    new = replace(NEW, generations={"data": 2})

    with pytest.raises(NoSpaceError) as error:
        way_back(world(irreversible="[]"), Back(INSTALL, new, OLD, (OLD, new)), Choice.AUTO, 3)

    assert "--no-clone" not in error.value.hint
    assert "`thothctl rollback --to 1 --data restore` needs none" in error.value.hint


def test_releases_tell_that_such_data_is_gone() -> None:
    found = prospect(world(), BACK)

    assert found.gone == ("its data, which was migrated in place",)


def test_the_same_data_with_the_same_database_is_served_as_it_is() -> None:
    goal = replace(OLD, database_revision="0002")
    back = Back(INSTALL, NEW, goal, (goal, NEW))

    way = way_back(world(), back, Choice.RESTORE, 3)

    assert (way.choice, way.data.steps, way.lost) == (Choice.KEEP, (), 0)
    assert prospect(world(), back).gone == ()


def test_the_way_down_knows_the_release_that_it_leads_to() -> None:
    steps = way_back(world(irreversible="[]", free=10**12), BACK, Choice.AUTO, 3).data.steps

    assert [one.goal for one in steps if isinstance(one, MigrateDown)] == [1]


def test_it_may_take_as_long_as_the_rollback_is_given() -> None:
    given = replace(BACK, seconds=20)
    steps = way_back(world(irreversible="[]", free=10**12), given, Choice.AUTO, 3).data.steps

    assert [one.seconds for one in steps if isinstance(one, MigrateDown)] == [20]

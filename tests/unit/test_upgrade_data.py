"""What is copied before a migration, what stops it, what a rollback loses, what may be freed."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from backup_samples import stored
from fakes import FakeClock
from played_containers import INSTALL, RELEASE, PlayedContainers, container

from thothctl.adapters.bundles import TemplateBundles
from thothctl.errors import IncompatibleError, NoSpaceError, UsageError
from thothctl.model.install import LABEL_MADE_BY, Release
from thothctl.model.revision import reaches
from thothctl.model.store import Database
from thothctl.model.version import Published, Version
from thothctl.operations.clone_steps import StopServices
from thothctl.operations.cloning import Origin, carried, writers
from thothctl.operations.generations import FreshGeneration
from thothctl.operations.offers import Target
from thothctl.operations.restore_steps import StopWriters
from thothctl.operations.rollback_data import Back, lost_minutes, same_data
from thothctl.operations.room import Copy, Pulled, Room, refuse_full
from thothctl.operations.traces import lost
from thothctl.operations.upgrade_data import DataWish, data_for, refuse_unproved
from thothctl.world import World
from thothctl.world.backups import Ended, Task

if TYPE_CHECKING:
    from thothctl.operations.plan import Plan

PRODUCTION = replace(
    RELEASE, settings={**RELEASE.settings, "mode": "production"}, generations={"postgres": 1}
)
STANDALONE = replace(RELEASE, generations={"data": 2})
STACK = TemplateBundles().stack("thoth-ai")
MIB = 1024**2


def world(*, free: int = 10**12, size: int = 50 * MIB) -> World:
    """A toolbox that measures this."""

    def run(program: Task, *, into: Callable[[bytes], object]) -> Ended:
        said = (
            json.dumps({"bytes": size})
            if "thoth-tree" in program.argv
            else f"Filesystem Avail\n/dev/x {free}\n"
        )
        into(said.encode())
        return Ended(0)

    return cast("World", SimpleNamespace(toolbox=SimpleNamespace(run=run), clock=FakeClock()))


def origin(release: Release, *names: str) -> Origin:
    sizes = {"postgres": dict.fromkeys(names, 50 * MIB)} if names else {}
    return Origin(INSTALL, release, STACK, (release,), "mark", (), sizes)


def names(found: tuple[object, ...]) -> list[str]:
    return [type(step).__name__ for step in found]


def test_a_migration_copies_the_database_of_the_application_and_nothing_else() -> None:
    seen = origin(PRODUCTION, "thoth", "thoth_data", "thoth_g4")

    found = carried(world(), seen, "why")

    assert names(found.steps) == ["StopServices", "CloneDatabase"]
    assert (found.generations, found.databases) == ({"postgres": 1}, {"application": 5})
    assert found.bytes == 50 * MIB
    stop, clone = found.steps
    assert getattr(stop, "services", ()) == ("app", "worker"), "the server has to run"
    assert (getattr(clone, "source", ""), getattr(clone, "target", "")) == ("thoth", "thoth_g5")


def test_where_data_is_files_their_volume_is_copied_cold() -> None:
    found = carried(world(), origin(STANDALONE), "why")

    assert names(found.steps) == ["StopServices", "FreshGeneration", "CloneGeneration"]
    assert (found.generations, found.databases) == ({"data": 3}, {})
    assert writers(STACK, STANDALONE) == ("app",)


def test_a_copy_that_does_not_fit_is_refused_with_figures() -> None:
    with pytest.raises(NoSpaceError, match="takes 50 MiB, and 512 MiB stay free; 100 MiB are free"):
        carried(world(free=100 * MIB), origin(STANDALONE), "why")


def test_copies_that_fit_alone_do_not_both_fit_in_one_place() -> None:
    room, elsewhere = Room("/dev/x", 1300 * MIB), Room("/dev/y", 1300 * MIB)
    one, other = (Copy(name, 1, 2, 600 * MIB, room) for name in ("application", "data"))

    refuse_full((one, replace(other, room=elsewhere)))
    with pytest.raises(NoSpaceError, match="copy of application and data takes 1,200 MiB"):
        refuse_full((one, other))


def test_images_to_be_pulled_and_copies_share_a_file_system() -> None:
    room = Room("/dev/x", 1300 * MIB)
    copy = Copy("data", 1, 2, 600 * MIB, room)

    refuse_full((copy,), pulled=Pulled(600 * MIB, 9000 * MIB))
    with pytest.raises(NoSpaceError, match="takes 600 MiB, images take about 600 MiB there"):
        refuse_full((copy,), pulled=Pulled(600 * MIB, 1290 * MIB))


def test_a_database_that_is_not_part_of_the_stack_cannot_be_copied() -> None:
    elsewhere = {**PRODUCTION.settings, "postgres.host": "db.example.org"}

    with pytest.raises(IncompatibleError, match="is not part of the stack"):
        carried(world(), origin(replace(PRODUCTION, settings=elsewhere)), "why")


def test_without_a_copy_somebody_has_to_say_so() -> None:
    installs = SimpleNamespace(find=lambda _: INSTALL)
    here = cast("World", SimpleNamespace(installs=installs, bundles=TemplateBundles()))

    target = Target(Published(Version((1, 1, 0)), revision="0002"))

    with pytest.raises(UsageError, match="only a restore"):
        data_for(here, "default", STANDALONE, target, DataWish(clone=False))


@pytest.mark.parametrize(
    ("hours", "proves"), [(-25, False), (-23, True), (0, True), (1, False), (24 * 365, False)]
)
def test_only_a_backup_of_the_last_day_proves_that_data_can_come_back(
    hours: int, *, proves: bool
) -> None:
    """One that is dated later than now is of a day that nobody knows: a clock was moved."""
    clock = FakeClock()
    there = stored(clock.now() + timedelta(hours=hours), verified=True)
    place = SimpleNamespace(address="/b", backups=lambda _: (there,), strangers=lambda _: ())
    events = ({"event": "verified", "id": there.id, "target": there.target, "at": "2026-01-01"},)
    here = SimpleNamespace(
        clock=clock,
        home=Path("/home/of/nobody"),
        targets=SimpleNamespace(open=lambda *_: place),
        installs=SimpleNamespace(find=lambda _: INSTALL, settings=lambda _: {}),
        backup_records=SimpleNamespace(events=lambda _: events),
    )

    with nullcontext() if proves else pytest.raises(IncompatibleError, match="of the last day"):
        refuse_unproved(cast("World", here), "default", DataWish(clone=False, accepted=True))


@pytest.mark.parametrize(("active", "removed"), [(RELEASE.number, True), (9, False)])
def test_f2_a_copied_volume_goes_with_the_release_that_never_came_to_be(
    active: int, *, removed: bool
) -> None:
    """That release is rendered already when its data is copied."""
    coming = replace(STANDALONE, number=9, generations={"data": 3})
    gone: list[str] = []
    installs = SimpleNamespace(
        find=lambda _: INSTALL, active=lambda _: active, releases=lambda _: (STANDALONE, coming)
    )
    engine = SimpleNamespace(
        volume_labels=lambda _: {LABEL_MADE_BY: "mark"},
        remove_volumes=lambda _, names: gone.extend(names),
    )
    toolbox = SimpleNamespace(clear=lambda _: None)
    here = cast("World", SimpleNamespace(installs=installs, engine=engine, toolbox=toolbox))

    FreshGeneration("default", "data", 3, "mark", "", why="").undo(here)

    assert gone == ([INSTALL.volume("data", 3)] if removed else [])


@pytest.mark.parametrize(
    ("oldest", "revision", "expected"),
    [
        ("0001", "0001", True),
        ("0003", "0002", False),
        ("", "0001", False),
        ("accounts.zero,jobs.0002_x", "accounts.0001_a,jobs.0002_x", True),
        ("accounts.zero,jobs.0002_x", "accounts.0001_a,jobs.0001_a", False),
        ("accounts.zero,questions.0001_a", "accounts.0001_a", False),
    ],
)
def test_a_label_tells_how_far_back_down_migrations_go(
    oldest: str, revision: str, *, expected: bool
) -> None:
    assert reaches(oldest, revision) is expected


def test_generations_of_a_database_are_told_from_other_databases() -> None:
    one = Database("application", "postgres", "thoth")

    assert [one.called(1), one.called(3)] == ["thoth", "thoth_g3"]
    found = {name: one.generation(name) for name in ("thoth", "thoth_g3", "thoth_data", "thoth_gx")}
    assert list(found.values()) == [1, 3, None, None]
    assert [n for n in (*found, "thoth_g4_new") if one.left(n, 3)] == ["thoth", "thoth_g4_new"]
    foreign = ("thoth_new", "thoth_g1", "thoth_g0", "thoth_g02", "thoth_g\u00b2", "thoth_g3_old")
    assert [n for n in foreign if one.generation(n) or one.left(n, 3)] == []
    with pytest.raises(ValueError, match="cannot be the name"):
        Database("application", "postgres", 'thoth"; DROP')


def test_what_is_lost_is_what_was_written_since_the_data_of_then_was_served_last() -> None:
    now = FakeClock().now()
    made = [
        replace(
            PRODUCTION,
            number=number,
            created=(now - timedelta(minutes=ago)).isoformat(),
            databases={"application": generation},
        )
        for number, ago, generation in ((1, 90, 1), (2, 60, 1), (3, 12, 2), (4, 5, 2))
    ]
    assert lost_minutes(world(), Back(INSTALL, made[3], made[0], tuple(made))) == 12
    assert lost_minutes(world(), Back(INSTALL, made[3], made[2], tuple(made))) == 0
    moved = (*made[:2], replace(made[2], created=(now + timedelta(hours=1)).isoformat()), made[3])
    assert lost_minutes(world(), Back(INSTALL, moved[3], moved[0], moved)) is None
    assert lost_minutes(world(), Back(INSTALL, moved[2], moved[0], moved[:3])) is None
    assert not same_data(made[0], made[2])
    assert same_data(made[0], replace(made[0], databases={}))


def test_a_failed_start_tells_how_long_somebody_may_have_written() -> None:
    found = carried(world(), origin(STANDALONE), "why")
    started = container("app", started="2025-12-31T23:57:30Z", release="7")
    never = container("app", started="0001-01-01T00:00:00Z", release="7")
    start = SimpleNamespace(starts="7")
    plan = SimpleNamespace(install="default", steps=(*found.steps, start))

    moved = replace(started, started="2026-01-01T02:00:00Z")
    unread = replace(started, started="some time ago")
    unknown = "how many minutes of writes are lost is unknown: the clock was moved"

    for one, told in (
        (started, "3 minutes of writes are lost"),
        (never, "0 minutes of writes are lost"),
        (replace(started, started="2026-01-01T00:00:02Z"), "1 minutes of writes are lost"),
        (moved, unknown),
        (unread, "how many minutes of writes are lost is unknown"),
    ):
        here = SimpleNamespace(
            engine=PlayedContainers(one),
            installs=SimpleNamespace(find=lambda _: INSTALL),
            clock=FakeClock(),
        )
        said = lost(cast("World", here), cast("Plan", plan), range(4))
        assert said == f" on its own data; {told}"


def test_what_was_written_before_images_alone_were_taken_back_is_not_lost() -> None:
    plan = SimpleNamespace(install="default", steps=(SimpleNamespace(starts="7"),))

    said = lost(cast("World", SimpleNamespace()), cast("Plan", plan), range(1))

    assert said == " on the data of now; 0 minutes of writes are lost"


def test_a_failed_restore_or_rollback_to_other_data_tells_what_its_release_had_written() -> None:
    here = SimpleNamespace(
        engine=PlayedContainers(container("app", started="2025-12-31T23:57:30Z", release="7")),
        installs=SimpleNamespace(find=lambda _: INSTALL),
        clock=FakeClock(),
    )
    start = SimpleNamespace(starts="7")

    for stop in (
        StopWriters("default", 6, why=""),
        StopServices("default", 6, ("app",), why=""),
    ):
        plan = SimpleNamespace(install="default", steps=(stop, start))
        said = lost(cast("World", here), cast("Plan", plan), range(2))
        assert said == " on its own data; 3 minutes of writes are lost"


def test_a_failed_migration_in_place_is_told_to_have_changed_the_data() -> None:
    stop = SimpleNamespace(in_place=True, stops=("app",))
    plan = SimpleNamespace(install="default", steps=(stop, SimpleNamespace(starts="7")))
    here, tried = cast("World", SimpleNamespace()), cast("Plan", plan)

    assert "may have changed; the backup from before: `thothctl restore ID`" in lost(
        here, tried, range(2)
    )
    told = " on its own data; 0 minutes of writes are lost"
    assert lost(here, tried, range(1)) == told, "no migration ran"

"""The pause, what is too old, and what becomes of a backup that was killed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from fakes import FakeClock, FakeWorld, Preparation, Remark, remarks

from thothctl.errors import BackupFailedError, UnfinishedError
from thothctl.model.backup import Consistency, Head
from thothctl.model.finding import Verdict
from thothctl.operations.backup_log import far_places, newest, note_read
from thothctl.operations.backup_order import BackupOrder, order_from_plain, order_to_plain
from thothctl.operations.backup_packing import Scene
from thothctl.operations.backup_taking import Saver, hold
from thothctl.operations.drill import RecordDrill
from thothctl.operations.plan import Plan, to_record
from thothctl.operations.recover import Unfinished, refuse_unfinished, unfinished
from thothctl.probes import backups

if TYPE_CHECKING:
    from thothctl.world import World

ORDER = BackupOrder(
    "default", "20260101T000000Z-default-abcd", "now", "/b", "age1x", ("data",), full=True
)


@dataclass
class PlayedHold:
    """A pause of which the test knows how long it lasted."""

    expired: bool = False
    milliseconds: int = 40


@dataclass
class PlayedWriters:
    """Tells who was held, and lets the pause run out where it is told to."""

    calls: list[str]
    expires: bool = False

    @contextmanager
    def held(self, containers: Sequence[str], *, seconds: float) -> Iterator[PlayedHold]:
        self.calls.append(f"pause {' '.join(containers)} for {seconds} s")
        pause = PlayedHold()
        try:
            yield pause
            pause.expired = self.expires
        finally:
            self.calls.append("go on")


@dataclass
class PlayedSaver:
    """Leaves a trace, and fails where it is told to."""

    calls: list[str]
    breaks: bool = False

    def point(self) -> None:
        self.calls.append("point")

    def pointed(self, seconds: float) -> None:
        self.calls.append("pointed")
        if self.breaks:
            raise BackupFailedError("broken", hint="look")


def scene(calls: list[str], *, expires: bool = False) -> Scene:
    world = SimpleNamespace(writers=PlayedWriters(calls, expires), report=lambda _: None)
    services = tuple(
        SimpleNamespace(name=name, writes=name in {"app", "worker"})
        for name in ("app", "worker", "postgres", "nginx")
    )
    stack = SimpleNamespace(running_for=lambda _: services, stores=())
    containers = [SimpleNamespace(id=f"c-{s.name}", service=s.name) for s in services]
    release = SimpleNamespace(settings={})
    return cast(
        "Scene",
        SimpleNamespace(world=world, stack=stack, containers=containers, release=release),
    )


def held(seen: Scene, order: BackupOrder, saver: PlayedSaver) -> int:
    return hold(seen, order, (), [cast("Saver", saver)])


def test_only_who_writes_is_paused_and_only_for_the_point() -> None:
    calls: list[str] = []

    assert held(scene(calls), ORDER, PlayedSaver(calls)) == 40
    assert calls == ["pause c-app c-worker for 5 s", "point", "pointed", "go on"]


def test_f17_writers_go_on_when_the_point_fails() -> None:
    calls: list[str] = []

    with pytest.raises(BackupFailedError, match="broken"):
        held(scene(calls), ORDER, PlayedSaver(calls, breaks=True))
    assert calls[-1] == "go on"


def test_a_pause_that_ran_out_is_never_called_one_point() -> None:
    calls: list[str] = []

    with pytest.raises(BackupFailedError, match="within 5 s"):
        held(scene(calls, expires=True), ORDER, PlayedSaver(calls))


def test_nobody_is_paused_for_points_of_their_own() -> None:
    calls: list[str] = []
    order = replace(ORDER, consistency=Consistency.PER_STORE)

    assert held(scene(calls), order, PlayedSaver(calls)) == 0
    assert calls == ["point", "pointed"]


def test_an_order_survives_the_journal() -> None:
    assert order_from_plain(order_to_plain(ORDER)) == ORDER


def killed(kind: str) -> FakeWorld:
    """An operation of this kind was cut off in its second step."""
    fake = FakeWorld(breaks=frozenset({"b"}), error=KeyboardInterrupt())
    plan = replace(remarks("a", "b"), kind=kind)
    fake.journal.begin("default", "op", {"event": "planned", "plan": to_record(plan)})
    for index in (0, 1):
        fake.journal.record("default", "op", {"event": "started", "index": index})
    return fake


def test_a_backup_that_was_killed_is_taken_back_by_the_next_command() -> None:
    fake = killed("backup")

    refuse_unfinished(fake.as_world(), "default")

    assert fake.calls == ["undo b", "undo a"]
    assert unfinished(fake.as_world(), "default") is None


@pytest.mark.parametrize("started", [(), (0,), (0, 1)], ids=["nothing", "fetched", "further"])
def test_f15_an_upgrade_killed_while_it_only_fetched_blocks_nothing(
    started: tuple[int, ...],
) -> None:
    plan = Plan("go on", "upgrade", "default", (Preparation("a"), Remark("b")), had_release=True)

    assert Unfinished("op", plan, started, ()).changed_nothing is (1 not in started)
    assert not Unfinished("op", replace(plan, kind="restore"), started, ()).changed_nothing


def test_what_was_begun_to_be_taken_back_is_no_other_commands_business() -> None:
    """All of it may be undone, and the release from before may not run yet."""
    fake = killed("upgrade")
    for index in (1, 0):
        for event in ("undoing", "undone"):
            fake.journal.record("default", "op", {"event": event, "index": index})

    with pytest.raises(UnfinishedError):
        refuse_unfinished(fake.as_world(), "default")


def test_what_changes_the_install_is_decided_by_a_person() -> None:
    with pytest.raises(UnfinishedError):
        refuse_unfinished(killed("setup").as_world(), "default")


def test_an_old_backup_none_and_a_key_on_this_machine_only_are_warned_of() -> None:
    now = datetime(2026, 1, 10, tzinfo=UTC)

    assert backups.age(None, now).verdict is Verdict.WARN
    assert backups.age(now - timedelta(hours=3), now).verdict is Verdict.PASS
    assert backups.age(now - timedelta(days=3), now).verdict is Verdict.WARN
    later = backups.age(now + timedelta(days=3), now)
    assert (later.verdict, later.summary) == (
        Verdict.WARN,
        "the last backup is dated later than now",
    )


def test_a_backup_that_was_never_tried_or_long_ago_is_warned_of() -> None:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    last, old = now - timedelta(days=89), now - timedelta(days=91)

    assert backups.drill(None, None, now, good=False).verdict is Verdict.PASS
    assert backups.drill(now, None, now, good=False).verdict is Verdict.WARN
    assert backups.drill(now, last, now, good=True).verdict is Verdict.PASS
    assert backups.drill(now, old, now, good=True).verdict is Verdict.WARN
    later = backups.drill(now, now + timedelta(days=3), now, good=True)
    assert (later.verdict, later.summary) == (
        Verdict.WARN,
        "the last drill is dated later than now",
    )
    assert backups.drill(now, last, now, good=False).summary == "the drill of 2025-10-08 failed"
    assert backups.key(lost_with_machine=True).verdict is Verdict.WARN
    assert backups.key(lost_with_machine=False).verdict is Verdict.PASS


def test_the_last_backup_is_the_last_one_that_is_not_dated_later_than_now() -> None:
    """One made while the clock was ahead would hide for years that none is made any more."""
    ids = ["20251230T000000Z-default-abcd", "20251229T000000Z-default-abcd"]
    ahead = "20360101T000000Z-default-abcd"

    def last(*made: str) -> datetime | None:
        events = [
            {"event": "created", "id": one, "target": "/b", "place": "s3://b"} for one in made
        ]
        records = SimpleNamespace(events=lambda _: events)
        world = SimpleNamespace(backup_records=records, clock=FakeClock())
        return newest(cast("World", world), "default")

    assert last(ahead, *ids) == datetime(2025, 12, 30, tzinfo=UTC)
    assert last(ahead) == datetime(2036, 1, 1, tzinfo=UTC)
    assert last() is None


FAR, NEAR = "s3://keep/backups", "/srv/backups"
WARN, PASS = Verdict.WARN, Verdict.PASS


@pytest.mark.parametrize(
    ("events", "verdict"),
    [
        ([("created", FAR, "a", 40)], WARN),
        ([("created", FAR, "a", 40), ("created", FAR, "b", 1)], WARN),
        ([("created", FAR, "a", 40), ("verified", FAR, "a", 29)], PASS),
        ([("created", FAR, "a", 40), ("verified", NEAR, "a", 1)], WARN),
        ([("copied", FAR, "a", 29)], PASS),
        ([("created", FAR, "a", 40), ("pruned", FAR, "a", 1)], PASS),
        ([("created", NEAR, "a", 40)], PASS),
        ([("copied", FAR, "a", 90), ("pruned", FAR, "a", 60), ("copied", FAR, "a", 40)], WARN),
        ([("copied", FAR, "a", 90), ("pruned", FAR, "a", 60), ("copied", FAR, "a", 1)], PASS),
        ([("created", FAR, "a", 40), ("drilled", FAR, "a", 1)], PASS),
        ([("created", FAR, "a", 40), ("drilled", NEAR, "a", 1)], WARN),
        ([("created", FAR, "a", 40), ("read", FAR, "a", 1)], PASS),
        ([("created", FAR, "a", 40), ("forgotten", FAR, "", 1)], PASS),
        ([("copied", FAR, "a", 90), ("forgotten", FAR, "", 80), ("created", FAR, "b", 40)], WARN),
        ([("created", FAR, "a", 2)], PASS),
        ([("created", FAR, "a", 40), ("verified", FAR, "a", -400)], WARN),
        ([("created", FAR, "a", 40), ("read", FAR, "a", -400), ("read", FAR, "a", 1)], PASS),
        ([("created", FAR, "a", -400)], WARN),
    ],
)
def test_a_far_place_where_nothing_was_read_for_long_is_warned_of(
    events: Sequence[tuple[str, str, str, int]], verdict: Verdict
) -> None:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    told = tuple(
        {"event": kind, "target": place, "id": name, "at": (now - timedelta(days=days)).isoformat()}
        for kind, place, name, days in events
    )
    records = SimpleNamespace(events=lambda _: told)
    world = SimpleNamespace(backup_records=records, clock=FakeClock(at=now))

    found = backups.far(far_places(cast("World", world), "default"), now)

    assert found.verdict is verdict


@dataclass
class Noting:
    """Records of one install."""

    install: str = "u-1"
    events: list[Mapping[str, object]] = field(default_factory=list)

    def note(self, _: str, event: Mapping[str, object]) -> None:
        self.events.append(event)

    @property
    def world(self) -> "World":
        found = SimpleNamespace(uuid=self.install)
        clock = SimpleNamespace(now=lambda: datetime(2026, 1, 5, tzinfo=UTC))
        installs = SimpleNamespace(find=lambda _: found)
        made = SimpleNamespace(backup_records=self, installs=installs, clock=clock)
        return cast("World", made)


def test_a_drill_tells_where_what_it_read_lay() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
    noting = Noting()

    RecordDrill("default", "a", at, at, "it counts", FAR).apply(noting.world)

    (event,) = noting.events
    assert (event["event"], event["id"], event["target"]) == ("drilled", "a", FAR)


@pytest.mark.parametrize(("install", "noted"), [("u-1", 1), ("u-2", 0)])
def test_a_restore_reads_a_backup_of_its_own_install_where_it_lay(install: str, noted: int) -> None:
    noting, head = Noting(install), Head("a", "u-1", "default", "2026-01-01", "age1", sealed=False)

    note_read(noting.world, "default", head, FAR)

    assert noting.events == [{"event": "read", "id": "a", "target": FAR}][:noted]

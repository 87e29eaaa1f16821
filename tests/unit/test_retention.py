"""Which backups go: the newest and the newest proved one never do."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from backup_samples import stored
from hypothesis import given
from hypothesis import strategies as st

from thothctl.model.backup import Stored
from thothctl.model.retention import Keep, to_prune
from thothctl.operations import backup_shelf
from thothctl.operations.backup_prune import Pruning, unproved_in
from thothctl.operations.backup_shelf import LATEST, Shelf, found

if TYPE_CHECKING:
    from thothctl.world import World

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOURS = st.lists(
    st.tuples(st.integers(0, 24 * 400), st.booleans()), unique_by=lambda pair: pair[0], max_size=30
)
LATER = START + timedelta(days=500)
KEEPS = st.builds(Keep, *(st.integers(0, 8) for _ in range(4)))


def made(pairs: list[tuple[int, bool]]) -> list[Stored]:
    return [stored(START + timedelta(hours=hours), verified=good) for hours, good in pairs]


@given(HOURS, KEEPS)
def test_f32_the_newest_and_the_newest_verified_are_never_removed(
    pairs: list[tuple[int, bool]], keep: Keep
) -> None:
    backups = made(pairs)
    gone = {one.id for one in to_prune(backups, keep, LATER)}

    by_age = sorted(backups, key=lambda one: one.id)
    proved = [one.id for one in by_age if one.verified]
    assert not gone & {one.id for one in by_age[-1:]}
    assert not gone & set(proved[-1:])


@given(HOURS, KEEPS)
def test_who_is_named_stays_and_a_second_look_finds_nothing(
    pairs: list[tuple[int, bool]], keep: Keep
) -> None:
    backups = made(pairs)
    named = {one.id for one in backups[:2]}
    gone = {one.id for one in to_prune(backups, keep, LATER, named)}

    left = [one for one in backups if one.id not in gone]
    assert not gone & named
    assert to_prune(left, keep, LATER, named) == ()


@given(HOURS, KEEPS)
def test_more_to_keep_never_removes_more(pairs: list[tuple[int, bool]], keep: Keep) -> None:
    backups = made(pairs)
    more = Keep(keep.last + 1, keep.daily + 1, keep.weekly + 1, keep.monthly + 1)

    assert {o.id for o in to_prune(backups, more, LATER)} <= {
        o.id for o in to_prune(backups, keep, LATER)
    }


def test_one_of_each_day_week_and_month_stays() -> None:
    """Two a day for a hundred days."""
    backups = [stored(START + timedelta(hours=12 * n)) for n in range(200)]
    gone = {one.id for one in to_prune(backups, Keep(last=1, daily=3, weekly=2, monthly=2), LATER)}

    kept = [one.time for one in backups if one.id not in gone]
    assert len({time.date() for time in kept[-3:]}) == 3
    assert len({(t.year, t.month) for t in kept}) >= 2
    assert 4 <= len(kept) <= 8


@given(HOURS, HOURS, KEEPS)
def test_what_is_dated_later_than_now_stays_and_takes_the_place_of_nothing(
    pairs: list[tuple[int, bool]], ahead: list[tuple[int, bool]], keep: Keep
) -> None:
    """Made while the clock was ahead; else the backup of today would go for these."""
    backups = made(pairs)
    later = made([(24 * 500 + 1 + hours, good) for hours, good in ahead])

    assert to_prune([*later, *backups], keep, LATER) == to_prune(backups, keep, LATER)


def test_what_is_dated_later_than_now_neither_proves_a_place_nor_has_to_be_proved() -> None:
    of_now, later = stored(START), stored(LATER, verified=True)
    now = START + timedelta(days=1)

    assert unproved_in(Pruning((of_now, later), ()), of_now.target, now) == of_now
    assert unproved_in(Pruning((later,), ()), of_now.target, now) is None


def test_a_backup_that_was_made_while_the_clock_was_put_back_is_not_removed_at_once() -> None:
    put_back = START - timedelta(days=9000)
    backups = [stored(START + timedelta(days=n)) for n in range(200)]

    assert to_prune([stored(put_back), *backups], Keep(), put_back) == ()


def test_the_latest_is_not_the_one_that_is_dated_later_than_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of_now, later = stored(START), stored(LATER)
    monkeypatch.setattr(backup_shelf, "shelf", lambda *_: Shelf((of_now, later), (), ("",)))

    def latest(now: datetime) -> Stored:
        world = SimpleNamespace(clock=SimpleNamespace(now=lambda: now))
        return found(cast("World", world), "default", LATEST)

    assert latest(START + timedelta(days=1)) == of_now
    assert latest(LATER) == later
    assert latest(START - timedelta(days=1)) == later, "a clock that was put back hides none"

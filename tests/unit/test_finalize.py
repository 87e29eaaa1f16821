"""Which old data goes: by hand what no next rollback needs, by its time what was before."""

import json
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from fakes import FakeClock, FakeWorld
from played_containers import INSTALL, RELEASE, container

from thothctl.adapters.bundles import TemplateBundles
from thothctl.model.install import LABEL_GENERATION, LABEL_STORE, Overdue, Release
from thothctl.model.observed import ObservedStack
from thothctl.operations.finalize import finish_due, surplus
from thothctl.operations.overdue import PROOF_SECONDS, due_date
from thothctl.operations.recover import refuse_unfinished, unfinished
from thothctl.world.backups import Ended, Inside

PASSED, TO_COME = "2025-12-31T23:59:59+00:00", "2026-01-01T00:00:01+00:00"


def release(number: int, generation: int, due: str = "") -> Release:
    return replace(RELEASE, number=number, generations={"data": generation}, finalize_after=due)


class Here(FakeWorld):
    """A standalone install of these releases, the last of them active, with all their volumes."""

    toolbox = SimpleNamespace()

    def __init__(self, *releases: Release) -> None:
        super().__init__()
        self.releases = releases
        self.overdue: Overdue | None = None
        self.there = {
            INSTALL.volume(store, n) for r in releases for store, n in r.generations.items()
        }
        self.engine = SimpleNamespace(
            observe=lambda _: ObservedStack((), tuple(sorted(self.there))),
            volume_labels=lambda name: {LABEL_STORE: "data", LABEL_GENERATION: name[-1]},
            remove_volumes=lambda _, names: self.there.difference_update(names),
        )

    @property
    def bundles(self) -> SimpleNamespace:
        return cast("SimpleNamespace", TemplateBundles())

    @property
    def installs(self) -> SimpleNamespace:
        return SimpleNamespace(
            find=lambda _: INSTALL,
            active=lambda _: self.releases[-1].number,
            releases=lambda _: self.releases,
            release=lambda _, number: next(r for r in self.releases if r.number == number),
            stored_secrets=lambda _: (),
            overdue=lambda _: self.overdue,
            save_overdue=lambda _, seen: setattr(self, "overdue", seen),
        )

    def command(self, at: datetime | None = None, *, after: float = 0) -> list[int]:
        """What is left by a command, at that time by the clock, when the machine ran so long."""
        self.clock.pause(after)
        self.clock.at = at or self.clock.at
        finish_due(self.as_world(), "default")
        return self.left()

    def left(self) -> list[int]:
        """The generations that are still there."""
        return sorted(int(name[-1]) for name in self.there)


@pytest.mark.parametrize(
    ("releases", "left"),
    [
        ([release(1, 1), release(2, 2, PASSED)], [2]),
        ([release(1, 1), release(2, 2, TO_COME)], [1, 2]),
        ([release(1, 1), release(2, 2, PASSED), release(3, 2)], [2]),
        ([release(1, 1), release(2, 2, PASSED), release(3, 3)], [2, 3]),
        ([release(1, 1), release(2, 2, PASSED), release(3, 1)], [1, 2]),
        ([release(1, 1), release(2, 2, PASSED), release(3, 3, TO_COME)], [2, 3]),
        ([release(1, 1), release(2, 2)], [1, 2]),
    ],
    ids=["due", "not yet", "after a change", "after more", "served again", "newer", "no wish"],
)
def test_the_data_of_before_goes_when_its_time_is_over(
    releases: Iterable[Release], left: list[int]
) -> None:
    here = Here(*releases)

    assert here.command() == sorted({r.generations["data"] for r in releases})
    assert here.command(after=PROOF_SECONDS) == left


JUMPED = FakeClock.at + timedelta(days=400)


def due_later() -> Here:
    return Here(release(1, 1), release(2, 2, TO_COME))


def test_a_clock_that_jumped_ahead_frees_nothing_and_what_would_go_is_told() -> None:
    here = due_later()

    assert here.command(JUMPED) == [1, 2]
    assert here.command(JUMPED + timedelta(days=30)) == [1, 2], "the machine did not run so long"
    assert "its time is over; a command after one more day of running removes it" in str(
        here.reported
    )


def test_a_clock_that_was_put_back_again_makes_a_date_one_to_come() -> None:
    here = due_later()

    here.command(JUMPED)
    assert here.command(FakeClock.at, after=PROOF_SECONDS) == [1, 2]
    assert here.command(JUMPED, after=PROOF_SECONDS) == [1, 2], "it is as if never seen"
    assert here.command(after=PROOF_SECONDS) == [2]


def test_a_machine_that_was_started_anew_counts_the_time_since() -> None:
    here = Here(release(1, 1), release(2, 2, PASSED))
    here.command(after=PROOF_SECONDS)

    for part, left in ((0.5, [1, 2]), (0.4, [1, 2]), (0.3, [2])):
        here.clock.seconds = 0
        assert here.command(after=part * PROOF_SECONDS) == left


def test_a_date_that_passes_meanwhile_does_not_hold_up_an_earlier_one() -> None:
    tomorrow = datetime.fromisoformat(PASSED) + timedelta(days=1)
    here = Here(release(1, 1), release(2, 2, PASSED), release(3, 3, tomorrow.isoformat()))

    here.command()
    assert here.command(tomorrow, after=PROOF_SECONDS / 2) == [1, 2, 3]
    assert here.command(after=PROOF_SECONDS / 2) == [2, 3]
    assert here.command(after=PROOF_SECONDS / 2) == [3]


def test_a_date_counts_from_what_was_recorded_last_when_the_clock_was_put_back() -> None:
    """Else it would be over as soon as the clock is right again."""
    world = FakeWorld()
    world.journal.begin("default", "20260601T000000.000000Z-backup-abcd", {"event": "planned"})

    assert due_date(world.as_world(), "default", 14).startswith("2026-06-15T00:00:00")
    world.clock.at = datetime(2026, 7, 1, tzinfo=UTC)
    assert due_date(world.as_world(), "default", 14).startswith("2026-07-15T00:00:00")
    assert not due_date(world.as_world(), "default", None)


def test_f1_freeing_that_was_killed_stops_no_command_and_goes_on_by_itself() -> None:
    here = Here(release(1, 1), release(2, 2, PASSED))
    removed, written = here.engine.remove_volumes, dict[str, list[Mapping[str, object]]]()

    def killed(*_: object) -> None:
        written.update(deepcopy(here.journal.files))
        raise KeyboardInterrupt

    here.command()
    here.clock.pause(PROOF_SECONDS)
    here.engine.remove_volumes = killed
    with pytest.raises(KeyboardInterrupt):
        finish_due(here.as_world(), "default")
    here.engine.remove_volumes, here.journal.files = removed, written

    refuse_unfinished(here.as_world(), "default")
    finish_due(here.as_world(), "default")

    assert here.left() == [2]
    assert unfinished(here.as_world(), "default") is None


def test_by_hand_the_release_before_can_still_be_gone_back_to() -> None:
    here = Here(release(1, 1), release(2, 2, PASSED), release(3, 3))

    seen = surplus(here.as_world(), "default")

    assert (seen.names, seen.target) == ((INSTALL.volume("data", 1),), 2)


def test_a_database_goes_when_a_release_was_served_from_it_or_it_has_our_mark() -> None:
    settings = {**RELEASE.settings, "mode": "production"}
    there = ("postgres", "thoth", "thoth_g2", "thoth_g3", "thoth_g4", "thoth_g5_new", "thoth_g9")
    here = Here(
        *(
            replace(RELEASE, number=n, settings=settings, generations={"postgres": 1}, databases=db)
            for n, db in ((1, {}), (2, {"application": 2}), (3, {"application": 4}))
        )
    )

    def run(program: Inside, *, feed: Iterable[bytes], into: Callable[[bytes], object]) -> Ended:
        marked = b"shobj_description" in b"".join(feed)
        into(json.dumps(["thoth_g3"] if marked else dict.fromkeys(there, 1)).encode())
        return Ended(0)

    seen = ObservedStack((container("postgres"),))
    here.engine.observe = lambda _: seen
    here.toolbox = SimpleNamespace(run=run)

    names = surplus(here.as_world(), "default").names

    assert names == ("thoth", "thoth_g3", "thoth_g5_new"), "thoth_g9 is somebody else's"

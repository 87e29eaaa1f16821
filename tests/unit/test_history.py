"""What the records tell of releases and operations."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from fakes import FakeJournal, FakeWorld, remarks
from played_containers import INSTALL, RELEASE

from thothctl.adapters.bundles import TemplateBundles
from thothctl.errors import CheckFailedError, UsageError
from thothctl.model.observed import ObservedStack
from thothctl.operations import history
from thothctl.operations.execute import RolledBackError, execute
from thothctl.world import World


def world(journal: FakeJournal) -> World:
    installs = SimpleNamespace(
        find=lambda _: INSTALL, active=lambda _: 2,
        releases=lambda _: tuple(replace(RELEASE, number=n) for n in (1, 2)),
    )  # fmt: skip
    engine = SimpleNamespace(image=lambda _: None, observe=lambda _: ObservedStack())
    bundles = TemplateBundles()
    made = SimpleNamespace(installs=installs, journal=journal, engine=engine, bundles=bundles)
    return cast("World", made)


def done(*, breaks: str = "") -> FakeJournal:
    fake = FakeWorld(breaks=frozenset({breaks}), error=CheckFailedError("it broke", hint="mend"))
    try:
        execute(remarks("a", "b", had_release=True), fake.as_world(), operation="2026-x")
    except RolledBackError:
        assert breaks
    return fake.journal


def test_every_release_is_told_and_the_active_one_is_marked() -> None:
    found = history.releases(world(FakeJournal()), "default")

    assert [(r.release.number, r.outcome.value) for r in found] == [(1, "earlier"), (2, "active")]
    with pytest.raises(UsageError, match="no release 7"):
        history.release(world(FakeJournal()), "default", 7)


def test_an_operation_is_told_with_its_ending() -> None:
    (good,) = history.operations(world(done()), "default")
    assert (good.ending, good.done, good.steps, good.error) == ("completed", 2, 2, "")

    (bad,) = history.operations(world(done(breaks="b")), "default")
    assert (bad.ending, bad.done, bad.error) == ("rolled back", 1, "it broke")


@pytest.mark.parametrize(("breaks", "ending"), [("", "completed"), ("b", "rolled back")])
def test_a_hook_afterwards_is_not_how_an_operation_ended(breaks: str, ending: str) -> None:
    hooked = done(breaks=breaks)
    hooked.record("default", "2026-x", {"event": "hook", "hook": "post_upgrade", "status": 0})

    (found,) = history.operations(world(hooked), "default")

    assert found.ending == ending


def test_an_undo_that_failed_and_an_operation_that_was_cut_off_are_told_as_such() -> None:
    cut = done()
    cut.files["2026-x"] = cut.files["2026-x"][:3]
    (found,) = history.operations(world(cut), "default")

    assert found.ending == "unfinished"


def test_a_journal_is_found_by_the_beginning_of_its_id() -> None:
    found = history.entries(world(done()), "default", "2026")

    assert found.operation == "2026-x"
    with pytest.raises(UsageError, match="there is no operation 1999"):
        history.entries(world(done()), "default", "1999")

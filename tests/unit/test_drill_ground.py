"""A drill stands beside its install: who else works there, and what it reads meanwhile."""

from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from fakes import FakeJournal

from thothctl.errors import LockedError, NoSpaceError
from thothctl.operations.drill import RecordDrill
from thothctl.operations.drill_ground import drilled_now, ground_of, held, tidy
from thothctl.operations.plan import Plan, step, to_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from thothctl.model.event import Note
    from thothctl.world import World

RECORD = RecordDrill("default", "b-1", "2026-01-01", "2026-01-01", why="it counts")


@step
@dataclass(frozen=True)
class StuckRecord(RecordDrill):
    """A drill that cannot be removed."""

    def undo(self, world: "World") -> None:
        raise NoSpaceError("the disk is full", hint="free some")


class Played:
    """An install beside which a drill was begun."""

    def __init__(self, *, runs: bool = False, stuck: bool = False) -> None:
        self.journal, self.runs, self.dropped = FakeJournal(), runs, list[str]()
        self.reported = list["Note"]()
        steps = (StuckRecord(**asdict(RECORD)),) if stuck else (RECORD,)
        plan = Plan("drill b-1", "drill", ground_of("default"), steps)
        self.journal.begin(plan.install, "1-drill", {"event": "planned", "plan": to_record(plan)})
        self.journal.record(plan.install, "1-drill", {"event": "started", "index": 0})

    @contextmanager
    def hold(self, install: str, command: str) -> "Iterator[None]":
        if self.runs:
            raise LockedError(f"{install} is held", hint="wait")
        yield

    def world(self) -> "World":
        restores = SimpleNamespace(drop_key=self.dropped.append)
        installs = SimpleNamespace(find=lambda _: None, stored_secrets=lambda _: ())
        bundles = SimpleNamespace(write=lambda *_: None)
        return cast(
            "World",
            SimpleNamespace(
                journal=self.journal, locks=self, restores=restores, bundles=bundles,
                installs=installs, report=self.reported.append, home=Path("/home/of/nobody"),
            ),
        )  # fmt: skip


def test_what_a_drill_reads_is_named_until_it_ends() -> None:
    played = Played()

    assert drilled_now(played.world(), "default") == {"b-1"}
    assert drilled_now(played.world(), "other") == frozenset()
    played.journal.record("default.drill", "1-drill", {"event": "completed"})
    assert drilled_now(played.world(), "default") == frozenset()


def test_a_drill_that_was_killed_is_taken_back_and_its_key_goes() -> None:
    played = Played()

    tidy(played.world(), "default")

    assert played.journal.events()[-1] == "unwound"
    assert played.dropped == ["default.drill"]


def test_a_drill_that_runs_is_let_be_and_a_second_one_is_refused() -> None:
    played = Played(runs=True)

    tidy(played.world(), "default")

    assert played.journal.events() == ["planned", "started"]
    with pytest.raises(LockedError), held(played.world(), "default", "backup drill"):
        pytest.fail("two at once")


def test_of_what_cannot_be_removed_now_it_is_said_what_to_do() -> None:
    played = Played(stuck=True)

    tidy(played.world(), "default")

    *_, note = (one.text for one in played.reported)
    assert "the disk is full" in note
    assert "the next command that changes anything removes what is left" in note
    assert "rollback" not in note
    assert drilled_now(played.world(), "default") == {"b-1"}

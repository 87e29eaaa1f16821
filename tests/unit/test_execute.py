"""The executor: forward, back, and what the journal says of it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, ClassVar, cast

import pytest
from fakes import FakeWorld, Preparation, Remark, remarks

from thothctl.errors import (
    EngineUnreachableError,
    NeedsOperatorError,
    NetworkError,
    NoSpaceError,
    NotHealthyError,
)
from thothctl.operations import ending
from thothctl.operations.ending import resume, roll_back
from thothctl.operations.execute import RolledBackError, execute, new_operation
from thothctl.operations.plan import Plan, Recovery, from_record, step, to_record
from thothctl.operations.recover import Unfinished, go_on, take_back, unfinished
from thothctl.operations.steps import ProvideImages
from thothctl.operations.traces import folder_of

if TYPE_CHECKING:
    from thothctl.world import World

TEXTS = ("one", "two", "three")


def test_every_step_is_journaled_before_and_after_it_runs() -> None:
    fake = FakeWorld()

    execute(remarks("one", "two"), fake.as_world(), operation="op")

    assert fake.calls == ["one", "two"]
    assert fake.journal.events() == [
        "planned", "started", "done", "started", "done", "completed",
    ]  # fmt: skip
    assert unfinished(fake.as_world(), "default") is None


@pytest.mark.parametrize("broken", range(3))
def test_wherever_it_breaks_started_steps_are_undone_newest_first(broken: int) -> None:
    fake = FakeWorld(breaks=frozenset({TEXTS[broken]}))

    with pytest.raises(RolledBackError):
        execute(remarks(*TEXTS, had_release=True), fake.as_world(), operation="op")

    begun = TEXTS[: broken + 1]
    assert fake.calls == [*begun, *(f"undo {text}" for text in reversed(begun))]
    assert fake.journal.events()[-1] == "unwound"


def test_a_first_install_fails_with_the_error_itself() -> None:
    fake = FakeWorld(breaks=frozenset({"two"}), error=ValueError("no disk"))

    with pytest.raises(ValueError, match="no disk"):
        execute(remarks(*TEXTS), fake.as_world(), operation="op")

    assert fake.calls == ["one", "two", "undo two", "undo one"]


def test_a_failure_before_anything_was_changed_is_told_as_what_it_is() -> None:
    """F20: nothing was rolled back, for nothing had begun."""
    fake = FakeWorld(breaks=frozenset({"fetch"}), error=NetworkError("it is down", hint="wait"))
    steps = (Preparation("fetch"), *remarks("two").steps)
    plan = replace(remarks(had_release=True), steps=steps)

    with pytest.raises(NetworkError, match="it is down"):
        execute(plan, fake.as_world(), operation="op")

    assert fake.calls == ["fetch", "undo fetch"]
    assert unfinished(fake.as_world(), "default") is None


def test_unwinding_stops_at_the_first_undo_that_fails() -> None:
    fake = FakeWorld(breaks=frozenset({"three", "undo two"}))

    with pytest.raises(NeedsOperatorError, match="taking it back"):
        execute(remarks(*TEXTS), fake.as_world(), operation="op")

    assert fake.calls[-2:] == ["undo three", "undo two"]
    assert fake.journal.events()[-1] == "stuck"


@pytest.mark.parametrize("pressed", range(3))
def test_ctrl_c_at_any_step_unwinds_and_stays_an_interruption(pressed: int) -> None:
    fake = FakeWorld(breaks=frozenset({TEXTS[pressed]}), error=KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        execute(remarks(*TEXTS, had_release=True), fake.as_world(), operation="op")

    begun = TEXTS[: pressed + 1]
    assert fake.calls == [*begun, *(f"undo {text}" for text in reversed(begun))]
    assert unfinished(fake.as_world(), "default") is None


def test_a_clock_that_was_put_back_hides_no_operation_that_was_cut_off() -> None:
    fake = FakeWorld()
    first = new_operation(fake.as_world(), "default", "setup")
    execute(remarks("one"), fake.as_world(), operation=first)

    fake.clock.at -= timedelta(days=1)
    later = new_operation(fake.as_world(), "default", "upgrade")
    fake.journal.begin("default", later, {"event": "planned", "plan": to_record(remarks("two"))})

    pending = unfinished(fake.as_world(), "default")
    assert pending is not None
    assert pending.operation == later


def test_an_engine_that_goes_away_leaves_the_journal_for_resume() -> None:
    gone = EngineUnreachableError("Docker did not answer", hint="start it")
    fake = FakeWorld(breaks=frozenset({"two", "undo two"}), error=gone)

    with pytest.raises(EngineUnreachableError):
        execute(remarks(*TEXTS), fake.as_world(), operation="op")

    assert unfinished(fake.as_world(), "default") is not None


def test_a_slow_first_install_stays_for_its_logs_to_be_read() -> None:
    slow = NotHealthyError("not healthy", hint="see the logs")
    fake = FakeWorld(breaks=frozenset({"three"}), error=slow)

    with pytest.raises(NotHealthyError):
        execute(remarks(*TEXTS), fake.as_world(), operation="op")

    assert fake.calls == ["one", "two", "three"]


def test_a_forward_only_plan_is_never_taken_back() -> None:
    fake = FakeWorld(breaks=frozenset({"two"}))

    with pytest.raises(RuntimeError):
        execute(remarks(*TEXTS, recovery=Recovery.FORWARD), fake.as_world(), operation="op")

    assert fake.calls == ["one", "two"]


@pytest.mark.parametrize("killed_in", range(3))
def test_a_killed_operation_goes_on_from_the_first_step_without_done(killed_in: int) -> None:
    fake = _killed(killed_in)
    pending = unfinished(fake.as_world(), "default")
    assert pending is not None

    fake.calls.clear()
    go_on(pending, fake.as_world())

    assert fake.calls == list(TEXTS[killed_in:])
    assert unfinished(fake.as_world(), "default") is None


@pytest.mark.parametrize("killed_in", range(3))
def test_a_killed_operation_can_be_taken_back(killed_in: int) -> None:
    fake = _killed(killed_in)
    pending = unfinished(fake.as_world(), "default")
    assert pending is not None

    fake.calls.clear()
    take_back(pending, fake.as_world())

    assert fake.calls == [f"undo {text}" for text in reversed(TEXTS[: killed_in + 1])]
    assert unfinished(fake.as_world(), "default") is None


@pytest.mark.parametrize(("kind", "started"), [("upgrade", ["start default"]), ("backup", [])])
def test_what_was_taken_back_leaves_the_release_from_before_running(
    kind: str, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = _starting(monkeypatch)
    fake.journal.files["op"] = []
    plan = replace(remarks("one", had_release=True), kind=kind)

    roll_back(Unfinished("op", plan, (0,), ()), fake.as_world())

    assert fake.calls == ["undo one", *started]


def test_a_step_that_works_on_what_runs_finds_it_running_after_its_engine_died(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = _starting(monkeypatch)
    plan = Plan("look", "test", "default", (Remark("one"), Look("two"), Remark("three")))
    execute(plan, fake.as_world(), operation="op")
    del fake.journal.files["op"][4:]
    pending = unfinished(fake.as_world(), "default")
    assert pending is not None
    fake.calls.clear()

    resume(pending, fake.as_world())

    assert fake.calls == ["start default", "two", "three"]


@step
@dataclass(frozen=True)
class Look(Remark):
    """A trace of something that needs what runs."""

    needs_release: ClassVar[bool] = True


def _starting(monkeypatch: pytest.MonkeyPatch) -> FakeWorld:
    fake = FakeWorld()
    monkeypatch.setattr(ending, "serve", lambda _, name, **__: fake.do(f"start {name}"))
    return fake


def test_what_cannot_be_taken_back_needs_a_person_whatever_stopped_it() -> None:
    """What may help somebody else is kept when it is tried again, too."""
    full = NoSpaceError("no space left", hint="free some")
    fake = FakeWorld(breaks=frozenset({"undo two"}), error=full)
    pending = _unfinished(fake, 2)

    with pytest.raises(NeedsOperatorError, match="no space left") as caught:
        take_back(pending, fake.as_world())

    folder = folder_of(fake.as_world(), "op")
    assert str(folder) in caught.value.hint
    assert fake.journal.events()[-1] == "stuck"
    assert unfinished(fake.as_world(), "default") is not None


def test_ctrl_c_while_it_is_taken_back_is_an_interruption_and_rollback_goes_on_with_it() -> None:
    fake = FakeWorld(breaks=frozenset({"undo two"}), error=KeyboardInterrupt())
    pending = _unfinished(fake, 2)

    with pytest.raises(KeyboardInterrupt):
        take_back(pending, fake.as_world())

    assert fake.journal.files["op"][-1]["error"] == "KeyboardInterrupt"
    fake.breaks, again = frozenset(), unfinished(fake.as_world(), "default")
    assert again is not None
    take_back(again, fake.as_world())
    assert fake.calls[-2:] == ["undo two", "undo one"]


def test_a_second_ctrl_c_is_no_failure_of_the_way_back_either() -> None:
    fake = FakeWorld(breaks=frozenset({"two", "undo two"}), error=KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        execute(remarks(*TEXTS, had_release=True), fake.as_world(), operation="op")

    assert unfinished(fake.as_world(), "default") is not None


def test_an_error_without_words_is_told_by_its_name() -> None:
    fake = FakeWorld(breaks=frozenset({"undo one"}), error=RuntimeError())

    with pytest.raises(NeedsOperatorError, match=r"failed: RuntimeError$"):
        take_back(_unfinished(fake, 1), fake.as_world())


@pytest.mark.parametrize(
    ("kind", "finish"),
    [
        ("upgrade", "then run `thothctl rollback` to finish taking it back"),
        ("drill", "the next command that changes anything removes what is left"),
    ],
)
def test_only_what_touched_a_release_is_said_to_be_finished_by_rollback(
    kind: str, finish: str
) -> None:
    """Of a drill it would take back what runs, not the drill."""
    full = NoSpaceError("no space left", hint="free some")
    fake = FakeWorld(breaks=frozenset({"one", "undo one"}), error=full)

    with pytest.raises(NeedsOperatorError) as caught:
        execute(replace(remarks("one"), kind=kind), fake.as_world(), operation="op")

    assert caught.value.hint.startswith(f"mend what is named, {finish}; ")


def test_taking_back_waits_for_an_engine_that_is_gone() -> None:
    gone = EngineUnreachableError("Docker did not answer", hint="start it")
    fake = FakeWorld(breaks=frozenset({"undo two"}), error=gone)
    pending = _unfinished(fake, 2)

    with pytest.raises(EngineUnreachableError):
        take_back(pending, fake.as_world())

    assert unfinished(fake.as_world(), "default") is not None


def _unfinished(fake: FakeWorld, killed_in: int) -> Unfinished:
    execute(remarks(*TEXTS), fake.as_world(), operation="op")
    del fake.journal.files["op"][2 + 2 * killed_in :]
    pending = unfinished(fake.as_world(), "default")
    assert pending is not None
    return pending


def _killed(index: int) -> FakeWorld:
    """A world whose process died inside step `index`: nothing ran after it, no undo either."""
    fake = FakeWorld()
    execute(remarks(*TEXTS), fake.as_world(), operation="op")
    entries = fake.journal.files["op"]
    del entries[2 + 2 * index :]
    return fake


def test_an_image_that_cannot_be_had_is_told_as_it_is() -> None:
    fake = FakeWorld()
    lost = NetworkError("could not pull it", hint="look at the network")

    def provide(*_: object) -> None:
        raise lost

    image = SimpleNamespace(name="thoth-ai", optional=False)
    stack = SimpleNamespace(images_for=lambda _: [image])
    world = SimpleNamespace(
        journal=fake.journal, clock=fake.clock, report=fake.report,
        bundles=SimpleNamespace(stack=lambda _: stack), images=SimpleNamespace(provide=provide),
    )  # fmt: skip
    plan = replace(
        remarks("never", had_release=True),
        steps=(ProvideImages("s", {}, "auto", "", why="first"), Remark("never")),
    )

    with pytest.raises(NetworkError) as caught:
        execute(plan, cast("World", world), operation="op")

    assert caught.value is lost
    assert fake.calls == []


def test_a_plan_that_was_written_before_plans_led_further_is_read_all_the_same() -> None:
    record = to_record(replace(remarks("one"), towards="1.2.0"))
    assert from_record(record).towards == "1.2.0"

    assert from_record({k: v for k, v in record.items() if k != "towards"}).towards == ""

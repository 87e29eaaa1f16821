"""Goes on with, or takes back, an operation that never ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from thothctl.errors import UnfinishedError
from thothctl.model.event import Note
from thothctl.model.recorded import JournalFile
from thothctl.operations import hooks
from thothctl.operations.execute import AGAIN, advance, begin, close, helpless, say, undo
from thothctl.operations.plan import HARMLESS, Plan, from_record
from thothctl.operations.traces import kept
from thothctl.world import World

ENDED = frozenset({"completed", "unwound"})
GIVEN_UP_EARLY = frozenset({"upgrade", "rollback"})
"""Kinds that were only looking and fetching until the first step that is not harmless."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An operation whose journal has neither `completed` nor `unwound`."""

    operation: str
    plan: Plan
    started: tuple[int, ...]
    done: tuple[int, ...]
    going_back: bool = False
    """Somebody began to take it back."""

    @property
    def next_step(self) -> int:
        return next(i for i in range(len(self.plan.steps) + 1) if i not in self.done)

    @property
    def next_needs_release(self) -> bool:
        """Whether the next step works on what runs; an engine that died may have left it down."""
        following = self.plan.steps[self.next_step : self.next_step + 1]
        return any(getattr(step, "needs_release", False) for step in following)

    @property
    def is_final(self) -> bool:
        """A step began that removes what the release from before would need."""
        return any(getattr(self.plan.steps[index], "final", False) for index in self.started)

    @property
    def changed_nothing(self) -> bool:
        """Whether giving it up loses neither data nor long work; images that were pulled stay."""
        if self.plan.kind in HARMLESS:
            return True
        steps = (self.plan.steps[index] for index in self.started)
        early = not self.going_back and all(getattr(step, "harmless", False) for step in steps)
        return self.plan.kind in GIVEN_UP_EARLY and early


def unfinished(world: World, install: str) -> Unfinished | None:
    """The operation that was cut off, if the newest one was."""
    journal = world.journal.latest(install)
    return _read(journal) if journal and journal.entries else None


def on_the_way_to(world: World, install: str) -> str:
    """The version that the newest operation did not lead to yet; empty where nothing is missing."""
    journal = world.journal.latest(install)
    if journal is None or all(one["event"] != "completed" for one in journal.entries):
        return ""
    plan = journal.entries[0]["plan"]
    assert isinstance(plan, dict)  # noqa: S101 - the first entry is always `planned`
    return str(plan.get("towards", ""))


def _read(journal: JournalFile) -> Unfinished | None:
    if any(entry["event"] in ENDED for entry in journal.entries):
        return None
    record = journal.entries[0]["plan"]
    assert isinstance(record, dict)  # noqa: S101 - the first entry is always `planned`
    plan = from_record(record)
    of_a_moment = {n for n, one in enumerate(plan.steps) if getattr(one, "momentary", False)}
    started: list[int] = []
    done: list[int] = []
    going_back = False
    for entry in journal.entries[1:]:
        match entry["event"]:
            case "started":
                started.append(_index(entry))
            case "done":
                done.append(_index(entry))
            case "undoing":  # it may be half undone, and what ran before may have written since
                done = [i for i in done if i != _index(entry) and i not in of_a_moment]
                going_back = True
            case "undone":
                started = [i for i in started if i != _index(entry)]
                done = [i for i in done if i != _index(entry)]
            case _:
                continue
    return Unfinished(journal.operation, plan, tuple(started), tuple(done), going_back)


def _index(entry: Mapping[str, object]) -> int:
    return int(str(entry["index"]))


def refuse_unfinished(world: World, install: str, *, plans: bool = False) -> None:
    """Raise UnfinishedError when an operation of this install was cut off.

    One that changed nothing that is needed is simply taken back: nobody has to decide. Who only
    `plans` leaves even that to others.
    Only who holds the install's lock may ask: what another process works on never ended either.
    """
    pending = unfinished(world, install)
    if pending and pending.changed_nothing and plans:
        world.report(Note(f"{pending.plan.goal} never ended; the next command gives it up"))
    elif pending and pending.changed_nothing:
        world.report(Note(f"{pending.plan.goal} never ended and is given up"))
        take_back(pending, world)
    elif pending:
        back = ", `thothctl rollback` takes it back"
        raise UnfinishedError(
            f"{pending.plan.goal} ({pending.operation}) never ended",
            hint=f"`thothctl resume` goes on with it{'' if pending.is_final else back}",
        )


def refuse_final(pending: Unfinished) -> None:
    """Raise UnfinishedError where taking it back would start what ran without its data."""
    if pending.is_final:
        raise UnfinishedError(
            f"{pending.plan.goal} has begun to remove data, which nothing brings back",
            hint="`thothctl resume` goes on with it",
        )


def go_on(pending: Unfinished, world: World) -> None:
    """Forward from the first step without `done`."""
    if not pending.started:
        begin(pending.plan, world, operation=pending.operation)
    advance(pending.plan, world, operation=pending.operation, first=pending.next_step)


def nothing() -> None:
    """What ran before needs no help to run."""


def take_back(pending: Unfinished, world: World, *, then: Callable[[], None] = nothing) -> None:
    """Undo every started step of an unfinished operation.

    Only after `then` is it over: killed before, the next command goes on here and not further back.
    """
    plan, operation = pending.plan, pending.operation
    kept(world, plan, operation, pending.started)
    stuck = undo(plan, world, operation=operation, started=pending.started)
    if isinstance(stuck, AGAIN):
        raise stuck
    if stuck is not None:
        told = f"taking back {plan.goal} failed: {say(stuck)}"
        raise helpless(world, plan, operation, told) from stuck
    try:
        then()
    finally:
        close(plan, world, operation=operation)
        hooks.after(world, plan, operation, hooks.FAILED)

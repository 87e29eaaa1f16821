"""What was installed and what was done, read from the records."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from thothctl.errors import EngineUnreachableError, UsageError
from thothctl.model.install import Release
from thothctl.model.recorded import JournalFile
from thothctl.operations.drill_ground import ground_of
from thothctl.operations.prospect import Prospect, prospect
from thothctl.operations.recover import unfinished
from thothctl.operations.release_step import RenderRelease
from thothctl.operations.rollback_data import Back
from thothctl.operations.steps import install_of
from thothctl.world import World


class Outcome(StrEnum):
    """What became of a release."""

    ACTIVE = "active"
    EARLIER = "earlier"
    UNFINISHED = "unfinished"
    """The operation that makes it never ended."""


class Ending(StrEnum):
    """What became of an operation."""

    COMPLETED = "completed"
    ROLLED_BACK = "rolled back"
    STUCK = "stuck"
    FAILED = "failed"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A release with what became of it; `back` is what going back to it would lose."""

    release: Release
    outcome: Outcome
    back: Prospect | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """An operation as its journal tells it; `error` is what made it fail."""

    operation: str
    goal: str
    kind: str
    began: str
    ended: str
    ending: Ending
    steps: int
    done: int
    error: str


def releases(world: World, name: str) -> tuple[Recorded, ...]:
    """Every release that is recorded, oldest first."""
    install, found = install_of(world, name), world.installs.releases(name)
    number, pending = world.installs.active(name), _pending(world, name)
    now = next((release for release in found if release.number == number), None)
    return tuple(
        Recorded(
            release,
            outcome := _outcome(release.number, number, pending),
            _back(world, Back(install, now, release, found))
            if now and outcome is Outcome.EARLIER
            else None,
        )
        for release in found
    )


def _back(world: World, back: Back) -> Prospect | None:
    """Records are read without an engine, too: then nobody knows."""
    try:
        return prospect(world, back)
    except EngineUnreachableError:
        return None


def release(world: World, name: str, number: int) -> Recorded:
    """One of them; raises UsageError."""
    every = releases(world, name)
    found = next((one for one in every if one.release.number == number), None)
    if found is None:
        known = ", ".join(str(one.release.number) for one in every) or "none"
        raise UsageError(f"{name} has no release {number}", hint=f"releases here: {known}")
    return found


def _pending(world: World, name: str) -> set[int]:
    open_ = unfinished(world, name)
    steps = open_.plan.steps if open_ else ()
    return {step.number for step in steps if isinstance(step, RenderRelease)}


def _outcome(number: int, active: int | None, pending: set[int]) -> Outcome:
    if number in pending:
        return Outcome.UNFINISHED
    return Outcome.ACTIVE if number == active else Outcome.EARLIER


def operations(world: World, name: str) -> tuple[Done, ...]:
    """Every operation that was begun, oldest first."""
    install_of(world, name)
    return tuple(_done(journal) for journal in _journals(world, name))


def entries(world: World, name: str, operation: str) -> JournalFile:
    """The journal of one operation, of the newest where none is named; raises UsageError."""
    install_of(world, name)
    every = _journals(world, name)
    found = [one for one in every if one.operation.startswith(operation)] if operation else every
    if not found or (operation and len(found) > 1):
        count = f"{len(found)} operations begin with" if found else "there is no operation"
        raise UsageError(f"{count} {operation}".rstrip(), hint="see `thothctl journal`")
    return found[-1]


def _journals(world: World, name: str) -> list[JournalFile]:
    """Those of the install and of its drills, by the time they began."""
    every = [*world.journal.operations(name), *world.journal.operations(ground_of(name))]
    return sorted(every, key=lambda one: one.operation)


def _done(journal: JournalFile) -> Done:
    first = journal.entries[0]
    last = [entry for entry in journal.entries if entry["event"] != "hook"][-1]
    plan: Any = first["plan"]
    failed = [entry for entry in journal.entries if entry["event"] in {"failed", "stuck"}]
    return Done(
        journal.operation,
        str(plan["goal"]),
        str(plan["kind"]),
        str(first.get("at", "")),
        str(last.get("at", "")),
        _ending(str(last["event"])),
        len(plan["steps"]),
        len({entry["index"] for entry in journal.entries if entry["event"] == "done"}),
        str(failed[-1]["error"]) if failed else "",
    )


def _ending(event: str) -> Ending:
    known = {
        "completed": Ending.COMPLETED,
        "unwound": Ending.ROLLED_BACK,
        "stuck": Ending.STUCK,
        "failed": Ending.FAILED,
    }
    return known.get(event, Ending.UNFINISHED)

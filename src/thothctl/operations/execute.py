"""Carries out a plan under the journal, and takes it back when it fails."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from thothctl.errors import (
    EndlessError,
    EngineUnreachableError,
    ExitCode,
    NeedsOperatorError,
    NotHealthyError,
    ThothctlError,
)
from thothctl.model.event import StepBegan, StepEnded
from thothctl.operations import hooks
from thothctl.operations.plan import HARMLESS, Plan, Recovery, to_record
from thothctl.operations.traces import kept, lost, supported
from thothctl.world import World

STAMP = "%Y%m%dT%H%M%S.%f"
AGAIN = (EngineUnreachableError, KeyboardInterrupt)
"""What may stop the way back and is nobody's fault: the journal knows where to go on."""


class RolledBackError(ThothctlError):
    """The operation failed; what ran before runs again."""

    code = "rolled_back"
    exit_code = ExitCode.ROLLED_BACK


def new_operation(world: World, install: str, kind: str) -> str:
    """An id that names the kind of operation and sorts by time, also when a clock was put back.

    The newest journal is the one that may be unfinished.
    """
    return f"{moment(world, install).strftime(STAMP)}Z-{kind}-{world.entropy.suffix()}"


def moment(world: World, install: str) -> datetime:
    """Now, but never before the newest operation: a clock may have been put back since."""
    now, last = world.clock.now().astimezone(UTC), world.journal.latest(install)
    with suppress(ValueError):
        before = last.operation.partition("-")[0] if last else ""
        now = max(now, datetime.strptime(before, f"{STAMP}%z") + timedelta(microseconds=1))
    return now


def execute(plan: Plan, world: World, *, operation: str) -> None:
    """Apply every step in order, or leave the install as it was found."""
    world.journal.begin(plan.install, operation, {"event": "planned", "plan": to_record(plan)})
    begin(plan, world, operation=operation)
    advance(plan, world, operation=operation, first=0)


def begin(plan: Plan, world: World, *, operation: str) -> None:
    """Run what the user wants done before; when that fails, the operation is over."""
    try:
        hooks.before(world, plan, operation)
    except BaseException as error:
        _note(world, plan, operation, {"event": "failed", "error": say(error)})
        close(plan, world, operation=operation)
        raise


def advance(plan: Plan, world: World, *, operation: str, first: int) -> None:
    """Apply the steps from `first` on; earlier ones count as started. Then tell the user's hook."""
    outcome = hooks.FAILED
    try:
        _advance(plan, world, operation, first)
        outcome = hooks.DONE
    finally:
        hooks.after(world, plan, operation, outcome)


def _advance(plan: Plan, world: World, operation: str, first: int) -> None:
    reached = first
    try:
        for index in range(first, len(plan.steps)):
            reached = index
            _apply(plan, index, world, operation)
        # The commit point: until this line is durable, the operation will be taken back.
        world.journal.record(plan.install, operation, {"event": "completed"})
    except BaseException as error:
        _note(world, plan, operation, {"event": "failed", "index": reached, "error": say(error)})
        if _stays(plan, error):
            raise
        _take_back(plan, world, operation, range(reached + 1), error)


def _apply(plan: Plan, index: int, world: World, operation: str) -> None:
    step, total = plan.steps[index], len(plan.steps)
    world.journal.record(plan.install, operation, {"event": "started", "index": index})
    world.report(StepBegan(index + 1, total, step.title))
    began = world.clock.monotonic()
    step.apply(world)
    world.journal.record(plan.install, operation, {"event": "done", "index": index})
    world.report(StepEnded(index + 1, total, step.title, world.clock.monotonic() - began))


def _stays(plan: Plan, error: BaseException) -> bool:
    """A first install that is only slow stays for its logs to be read; so do forward-only plans."""
    if plan.recovery is Recovery.FORWARD:
        return True
    return isinstance(error, NotHealthyError) and not plan.had_release


def _take_back(
    plan: Plan, world: World, operation: str, started: Sequence[int], error: BaseException
) -> None:
    without = lost(world, plan, started)
    kept(world, plan, operation, started)
    stuck = unwind(plan, world, operation=operation, started=started)
    if isinstance(stuck, KeyboardInterrupt):
        raise stuck from error
    if isinstance(stuck, EngineUnreachableError):
        raise (error if isinstance(error, ThothctlError) else stuck) from error
    if stuck is not None:
        told = f"{plan.goal} failed ({say(error)}), and so did taking it back: {say(stuck)}"
        raise helpless(world, plan, operation, told) from error
    touched = any(not getattr(plan.steps[index], "harmless", False) for index in started)
    if touched and plan.had_release and isinstance(error, Exception):
        raise RolledBackError(
            f"{plan.goal} failed: {say(error)}; the release from before runs again{without}",
            hint=_hint(error),
        ) from error
    raise error


def helpless(world: World, plan: Plan, operation: str, told: str) -> NeedsOperatorError:
    """What stays half taken back needs a person; all that may help them is kept in a folder.

    Of what changed no release nothing is to be taken back: `rollback` would go back from what runs.
    """
    where = supported(world, plan, operation, f"{told}\n")
    finish = "then run `thothctl rollback` to finish taking it back"
    if plan.kind in HARMLESS:
        finish = "the next command that changes anything removes what is left"
    return NeedsOperatorError(
        told,
        hint=f"mend what is named, {finish}; what may help somebody else to help is in {where}",
    )


def _hint(error: BaseException) -> str:
    """What to do about it; of a release that did not answer only the journal is left."""
    mute = isinstance(error, NotHealthyError) and not isinstance(error, EndlessError)
    told = "" if mute else getattr(error, "hint", "")
    return told or "see `thothctl journal show`; nothing has to be mended here"


def unwind(
    plan: Plan, world: World, *, operation: str, started: Sequence[int]
) -> BaseException | None:
    """`undo` all that was started, and end the operation; None, or what was in the way."""
    stuck = undo(plan, world, operation=operation, started=started)
    if stuck is None:
        close(plan, world, operation=operation)
    return stuck


def undo(
    plan: Plan, world: World, *, operation: str, started: Sequence[int]
) -> BaseException | None:
    """Undo the started steps, newest first; None, or the error of the first undo that failed.

    Stops there: each undo counts on the later steps being gone.
    """
    for index in sorted(started, reverse=True):
        _note(world, plan, operation, {"event": "undoing", "index": index})
        try:
            plan.steps[index].undo(world)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it must be told
            stuck = {"event": "stuck", "index": index, "error": say(error)}
            _note(world, plan, operation, stuck)
            return error
        _note(world, plan, operation, {"event": "undone", "index": index})
    return None


def close(plan: Plan, world: World, *, operation: str) -> None:
    """The operation is taken back: it can be neither resumed nor rolled back any more."""
    _note(world, plan, operation, {"event": "unwound"})


def say(error: BaseException) -> str:
    """What it says, else what it is: a Ctrl-C says nothing."""
    return str(error) or type(error).__name__


def _note(world: World, plan: Plan, operation: str, record: Mapping[str, object]) -> None:
    """Record without fail: a full disk must not block the way back."""
    with suppress(OSError, ThothctlError):
        world.journal.record(plan.install, operation, record)

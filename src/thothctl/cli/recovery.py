"""`thothctl resume` and `rollback`: the two ways out of an operation that was cut off."""

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.errors import CheckFailedError
from thothctl.operations.recover import Unfinished, go_on, take_back, unfinished


@command
def resume(session: Session) -> Outcome:
    """Go on with an operation that was killed, from its first unfinished step."""
    with session.locked("resume", fresh=False):
        pending = unfinished(session.world, session.install)
        if pending is None:
            return Outcome({"resumed": False}, lambda c: c.print("Nothing to resume."))
        if session.options.dry_run:
            return _planned(pending, "go on with")
        session.operation = pending.operation
        with session.watched():
            go_on(pending, session.world)
    line = f"[green]✓[/] {pending.plan.goal}: done"
    return Outcome({"resumed": True, "goal": pending.plan.goal}, lambda c: c.print(line))


@command
def rollback(session: Session) -> Outcome:
    """Take back an operation that was killed."""
    with session.locked("rollback", fresh=False):
        pending = unfinished(session.world, session.install)
        if pending is None:
            raise CheckFailedError(
                "no operation was cut off, so there is nothing to take back",
                hint="see `thothctl status`",
            )
        if session.options.dry_run:
            return _planned(pending, "take back")
        session.operation = pending.operation
        with session.watched():
            take_back(pending, session.world)
    line = f"[green]✓[/] {pending.plan.goal}: taken back"
    return Outcome({"goal": pending.plan.goal}, lambda c: c.print(line))


def _planned(pending: Unfinished, verb: str) -> Outcome:
    steps = pending.plan.steps
    chosen = (
        [steps[i] for i in sorted(pending.started, reverse=True)]
        if verb == "take back"
        else list(steps[pending.next_step :])
    )
    lines = [f"{type(step).__name__}: {step.why}" for step in chosen]
    text = "\n".join([f"Would {verb}: {pending.plan.goal}", *lines, "Nothing was changed."])
    return Outcome({"plan": lines}, lambda console: console.print(text, markup=False))

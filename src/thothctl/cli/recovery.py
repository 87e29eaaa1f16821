"""`thothctl resume` and `rollback`: out of an operation, and back to an earlier release."""

from dataclasses import replace
from typing import Annotated

import typer

from thothctl.cli.envelope import Outcome
from thothctl.cli.ladder import not_there_yet
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.cli.upgrade_options import SECONDS, PlanOnly, Rolling, SoakSeconds
from thothctl.model.install import Release
from thothctl.operations import ending
from thothctl.operations.backup import provide_toolbox
from thothctl.operations.plan import HARMLESS, Plan
from thothctl.operations.recover import Unfinished, refuse_unfinished, unfinished
from thothctl.operations.rollback import (
    Seen,
    back_to,
    chosen,
    look_back,
    plan_rollback,
    refuse_hopeless,
)
from thothctl.operations.rollback_data import Choice, Way, spoken, way_back
from thothctl.operations.rolling_gate import rolled_back
from thothctl.operations.running import active
from thothctl.operations.upgrade import (
    UpgradeRequest,
    next_number,
    refuse_edits,
)
from thothctl.operations.waiting import START_SECONDS

To = Annotated[
    int | None,
    typer.Option("--to", min=1, metavar="N", help="Which release; else the one before."),
]
Data = Annotated[
    Choice,
    typer.Option(
        "--data",
        metavar="CHOICE",
        help="keep what was written since, restore the data of then, or auto: keep if possible.",
    ),
]


@command
def resume(session: Session) -> Outcome:
    """Go on with an operation that was killed, from its first unfinished step."""
    with session.locked("resume", fresh=False):
        pending = unfinished(session.world, session.install)
        if pending is None:
            more, warnings = not_there_yet(session)
            data = {"resumed": False, **more}
            return Outcome(data, lambda c: c.print("Nothing to resume."), warnings=warnings)
        if session.options.dry_run:
            return _planned(pending, "go on with")
        session.operation = pending.operation
        with session.watched():
            ending.resume(pending, session.world, seconds=session.options.timeout or SECONDS)
        more, warnings = not_there_yet(session)
    line, data = f"[green]✓[/] {pending.plan.goal}: done", {"goal": pending.plan.goal, **more}
    return Outcome({"resumed": True, **data}, lambda c: c.print(line), warnings=warnings)


@command
def rollback(  # noqa: PLR0913, PLR0917 - typer reads the signature
    session: Session,
    to: To = None,
    data: Data = Choice.AUTO,
    plan: PlanOnly = False,
    soak: SoakSeconds = 0,
    rolling: Rolling = False,
) -> Outcome:
    """Take back a change that was cut off, else go back to an earlier release."""
    with session.locked("rollback", fresh=False):
        pending = _to_take_back(session, to, plans=plan or session.options.dry_run)
        if pending is None:
            limit = session.options.timeout
            request = UpgradeRequest(
                session.install,
                seconds=limit or SECONDS,
                soak=soak,
                start_seconds=limit or START_SECONDS,
                rolling=rolling,
            )
            return _go_back(session, request, to, data, only_plan=plan or session.options.dry_run)
        if plan or session.options.dry_run:
            return _planned(pending, "take back")
        session.operation = pending.operation
        with session.watched():
            ending.roll_back(pending, session.world, seconds=session.options.timeout or SECONDS)
    return _taken_back(pending.plan)


def _to_take_back(session: Session, to: int | None, *, plans: bool) -> Unfinished | None:
    """What was cut off; who names a release wants that one."""
    pending = unfinished(session.world, session.install)
    if pending and to is not None:
        with session.watched():
            refuse_unfinished(session.world, session.install, plans=plans)
        return None
    return pending


def _taken_back(plan: Plan) -> Outcome:
    """Whether a release was gone back to is said, for who waits for that."""
    harmless = plan.kind in HARMLESS
    words = "given up; the release is the one it was" if harmless else "taken back"
    line = f"[green]✓[/] {plan.goal}: {words}"
    hint = "`thothctl rollback` once more goes back to an earlier release"
    data = {"goal": plan.goal, "changed_release": not harmless}
    return Outcome(data, lambda c: c.print(f"{line}; {hint}" if harmless else line))


def _go_back(
    session: Session, request: UpgradeRequest, to: int | None, choice: Choice, *, only_plan: bool
) -> Outcome:
    world, name = session.world, request.name
    seen = look_back(world, name)
    release = chosen(seen, to)
    refuse_edits(world, name)
    refuse_hopeless(world, release)
    with session.watched():
        provide_toolbox(world)
    back = back_to(seen, release, request.start_seconds)
    way = way_back(world, back, choice, next_number(seen.releases))
    if request.rolling:
        request = replace(request, rolls=rolled_back(world, seen, release, way))
    now = world.clock.now().isoformat(timespec="seconds")
    plan = plan_rollback(request, seen, release, way.data, now)
    data = _data(seen, release, way)
    if only_plan:
        text = f"{plan}\n{_spoken(way)} Nothing was changed."
        shown = {**data, "plan": str(plan).splitlines()}
        return Outcome(shown, lambda c: c.print(text, markup=False))
    session.confirm(
        f"{_spoken(way)} Go back from release {seen.release.number} to {release.number}?"
    )
    session.carry_out(plan)
    return _went_back(session, release, way, data)


def _went_back(session: Session, release: Release, way: Way, data: dict[str, object]) -> Outcome:
    current = active(session.world, session.install)
    number = current.release.number
    line = f"[green]✓[/] {session.install} runs {release.version} again, as release {number}"
    done = {**data, "release": number, "url": current.url}
    return Outcome(done, lambda c: c.print(f"{line}. {_spoken(way)}", soft_wrap=True))


def _data(seen: Seen, release: Release, way: Way) -> dict[str, object]:
    return {
        "from": seen.release.number,
        "to": release.number,
        "version": release.version,
        "data": way.choice.value,
        "lost_minutes": way.lost,
    }


def _spoken(way: Way) -> str:
    if way.choice is Choice.RESTORE:
        return f"The data is that of then: {spoken(way.lost)} stay behind."
    return "The data of now is kept."


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

"""`thothctl backup schedule`: backups by the clock, and `backup run`, which the clock runs."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from thothctl.cli.backup_key import warnings_of_key
from thothctl.cli.backup_options import Daily, EngineOption, Last, Monthly, To, Weekly
from thothctl.cli.boundary import failure_of
from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.errors import InvalidInputError
from thothctl.model.retention import Keep
from thothctl.model.schedule import Every, Schedule
from thothctl.model.unit import UnitPlace
from thothctl.operations import schedule as operation
from thothctl.operations.backup import BackupRequest, plan_backup, provide_toolbox
from thothctl.operations.backup_order import BackupOrder
from thothctl.operations.backup_prune import prove, prune
from thothctl.operations.steps import install_of

schedule = typer.Typer(name="schedule", help="Make backups by the clock.", no_args_is_help=True)
KEEP, USUAL = Keep(), Schedule()

EveryOption = Annotated[Every, typer.Option("--every", metavar="hour|day|week", help="How often.")]
At = Annotated[str, typer.Option("--at", metavar="HH:MM", help="The time of day.")]
Jitter = Annotated[
    int, typer.Option("--jitter", metavar="MINUTES", help="Begin up to so much later, by chance.")
]
Mail = Annotated[
    str,
    typer.Option("--mail-command", metavar="WORDS", help="Gets the news of a failure to mail on."),
]
UserUnit = Annotated[
    bool, typer.Option("--user-unit", metavar="", help="Units of your own account, without root.")
]
Root = Annotated[
    Path | None,
    typer.Option(
        "--root", metavar="DIR", hidden=True, help="Write below this folder, start nothing."
    ),
]


@schedule.command("show")
@command
def show(session: Session) -> Outcome:
    """Show when backups are made, where they go and who hears of a failure."""
    install_of(session.world, session.install)
    found = session.world.backup_records.schedule(session.install)
    if found is None:
        return Outcome({"schedule": None}, lambda c: c.print("Nothing is scheduled."))
    data = _data(session, found)
    return Outcome({"schedule": data}, lambda console: _show(console, data))


@schedule.command("set")
@command
def set_schedule(  # noqa: PLR0913, PLR0917 - typer reads the signature
    session: Session,
    every: EveryOption = USUAL.every,
    at: At = USUAL.at,
    jitter: Jitter = USUAL.jitter,
    last: Last = KEEP.last,
    daily: Daily = KEEP.daily,
    weekly: Weekly = KEEP.weekly,
    monthly: Monthly = KEEP.monthly,
    to: To = "",
    engine: EngineOption = None,
    mail_command: Mail = "",
    user_unit: UserUnit = False,
    root: Root = None,
) -> Outcome:
    """Have this machine make backups: by a timer of systemd, else by a line of cron."""
    try:
        keep = Keep(last, daily, weekly, monthly)
        chosen = Schedule(every, at, jitter, keep, to, engine.value if engine else "", mail_command)
    except ValueError as error:
        raise InvalidInputError(str(error), hint="see `backup schedule set --help`") from error
    if session.options.dry_run:
        line = operation.line_of(session.world, session.install, chosen)
        return Outcome({"cron": line}, lambda console: console.print(line, markup=False))
    with session.locked("backup schedule"):
        place = UnitPlace(user_unit, root)
        made = operation.install(session.world, session.install, chosen, place)
        chosen = operation.refuse_unscheduled(session.world, session.install)
    data = {"by": made.by, "changed": list(made.changed), **_data(session, chosen)}
    word = "a backup each" if made.changed else "nothing to do: a backup each"
    line = f"[green]✓[/] {word} {every.value}, by {made.by}"
    return Outcome(data, lambda console: console.print(line))


@schedule.command("remove")
@command
def remove(session: Session, user_unit: UserUnit = False, root: Root = None) -> Outcome:
    """Make no backups by the clock any more; those that are there stay."""
    if session.options.dry_run:
        return Outcome({"removed": []}, lambda c: c.print("The schedule would be removed."))
    with session.locked("backup schedule"):
        place = UnitPlace(user_unit, root)
        removed = operation.remove(session.world, session.install, place)
    line = "[green]✓[/] no backups by the clock" if removed else "Nothing to do."
    return Outcome({"removed": list(removed)}, lambda console: console.print(line))


@command
def run(session: Session) -> Outcome:
    """Make a backup as the schedule says, and remove what need not be kept; the clock runs this."""
    try:
        with interrupted_by_clock():
            return _run(session)
    except BaseException as error:
        failure = failure_of(error)
        told = {"code": failure.code, "message": failure.message, "hint": failure.hint}
        known = session.world.installs.find(session.install)
        found = session.world.backup_records.schedule(session.install) if known else None
        with session.watched():
            operation.tell(session.world, session.install, found, told)
        raise


@contextmanager
def interrupted_by_clock() -> Iterator[None]:
    """What systemd sends to a run that takes too long is taken for Ctrl-C: put back, and told."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(session: Session) -> Outcome:
    world, name = session.world, session.install
    install_of(world, name)
    chosen = operation.refuse_unscheduled(world, name)
    note, engine = "by the clock", operation.engine_of(chosen)
    request = BackupRequest(name, (), chosen.target, note, engine=engine)
    with session.locked("backup run"):
        with session.watched():
            provide_toolbox(world)
        plan, order = plan_backup(world, request)
        if session.options.dry_run:
            return Outcome({"plan": str(plan)}, lambda c: c.print(str(plan), markup=False))
        session.carry_out(plan)
        with session.watched():
            _prove_cheaply(session, order)
            pruned = prune(world, name, chosen.keep, order.target)
    data = {"id": order.backup, "removed": [one.id for one in pruned.removed]}
    line = f"[green]✓[/] {order.backup}; {len(pruned.removed)} removed, {len(pruned.kept)} stay"
    warnings = warnings_of_key(session)
    return Outcome(data, lambda console: console.print(line, soft_wrap=True), warnings=warnings)


def _prove_cheaply(session: Session, order: BackupOrder) -> None:
    """What lies on this machine is read once more; what is far is left to `backup verify`."""
    if "://" not in order.target:
        prove(session.world, session.install, order.target, order.backup)


def _data(session: Session, found: Schedule) -> dict[str, object]:
    heard = session.world.installs.has_secret(session.install, operation.WEBHOOK)
    return {
        "every": found.every.value,
        "at": found.at,
        "jitter_minutes": found.jitter,
        "keep": {
            "last": found.keep.last,
            "daily": found.keep.daily,
            "weekly": found.keep.weekly,
            "monthly": found.keep.monthly,
        },
        "target": found.target,
        "engine": found.engine,
        "mail_command": found.mail_command,
        "webhook": heard,
    }


def _show(console: Console, data: dict[str, object]) -> None:
    for key, value in data.items():
        console.print(f"[bold]{key.replace('_', ' ')}[/]  {value if value != '' else 'as usual'}")

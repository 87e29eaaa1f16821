"""`thothctl start`, `stop`, `restart`, of the stack or of services by name."""

from typing import Annotated

import typer

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.operations import running

SECONDS = 90
PAST = {"start": "runs", "stop": "is stopped", "restart": "runs again"}

Services = Annotated[
    list[str] | None,
    typer.Argument(metavar="SERVICE…", help="Only these, by name; all otherwise."),
]


@command
def start(session: Session, services: Services = None) -> Outcome:
    """Start the installed stack, or services of it, and wait until it answers."""
    return _do(session, "start", services or [])


@command
def stop(session: Session, services: Services = None) -> Outcome:
    """Stop the installed stack, or services of it; the data stays."""
    return _do(session, "stop", services or [])


@command
def restart(session: Session, services: Services = None) -> Outcome:
    """Restart the installed stack, or services of it, and wait until it answers."""
    return _do(session, "restart", services or [])


def _do(session: Session, verb: str, services: list[str]) -> Outcome:
    world, name = session.world, session.install
    current = running.active(world, name)
    running.refuse_unknown(world, name, services)
    subject = ", ".join(services) or name
    if session.options.dry_run:
        line = f"Would {verb} {subject} (release {current.release.number})."
        return Outcome({"release": current.release.number}, lambda c: c.print(line))
    with session.locked(verb), session.watched():
        seconds = session.options.timeout or SECONDS
        match verb:
            case "start":
                running.start(world, name, services, seconds=seconds)
            case "restart":
                running.restart(world, name, services, seconds=seconds)
            case _:
                running.stop(world, name, services)
    where = "" if services or verb == "stop" else f" at {current.url}"
    data = {"release": current.release.number, "url": current.url, "services": services}
    return Outcome(data, lambda c: c.print(f"[green]✓[/] {subject} {PAST[verb]}{where}"))

"""`thothctl start`, `stop`, `restart`."""

from collections.abc import Callable

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.operations import running

SECONDS = 90


@command
def start(session: Session) -> Outcome:
    """Start the installed stack and wait until it answers."""
    return _do(
        session,
        "start",
        lambda: running.start(session.world, session.install, seconds=_limit(session)),
    )


@command
def stop(session: Session) -> Outcome:
    """Stop the installed stack; the data stays."""
    return _do(session, "stop", lambda: running.stop(session.world, session.install))


@command
def restart(session: Session) -> Outcome:
    """Restart the installed stack and wait until it answers."""
    return _do(
        session,
        "restart",
        lambda: running.restart(session.world, session.install, seconds=_limit(session)),
    )


def _limit(session: Session) -> int:
    return session.options.timeout or SECONDS


def _do(session: Session, verb: str, action: Callable[[], object]) -> Outcome:
    current = running.active(session.world, session.install)
    if session.options.dry_run:
        line = f"Would {verb} {session.install} (release {current.release.number})."
        return Outcome({"release": current.release.number}, lambda c: c.print(line))
    with session.locked(verb), session.watched():
        action()
    past = {"start": "runs", "stop": "is stopped", "restart": "runs again"}[verb]
    where = "" if verb == "stop" else f" at {current.url}"
    data = {"release": current.release.number, "url": current.url}
    return Outcome(data, lambda c: c.print(f"[green]✓[/] {session.install} {past}{where}"))

"""What is said where an upgrade by way of other versions ends at one of those."""

from collections.abc import Iterator
from contextlib import contextmanager

from thothctl.cli.session import Session
from thothctl.errors import StoppedError, ThothctlError
from thothctl.operations.recover import on_the_way_to, unfinished
from thothctl.operations.running import active


@contextmanager
def going_on(session: Session, goal: str) -> Iterator[None]:
    """What fails in the body names the version that was reached before, and how to go on."""
    try:
        yield
    except KeyboardInterrupt as error:
        message, hint = _told(session, goal, "interrupted", "")
        raise StoppedError(message, hint=hint) from error
    except ThothctlError as error:
        message, hint = _told(session, goal, error.message, error.hint)
        raise error.worded(message, hint=hint) from error


def _told(session: Session, goal: str, message: str, hint: str) -> tuple[str, str]:
    """What is still under way has its own hint, and nobody knows what answers meanwhile."""
    name, further = session.install, f"`thothctl upgrade --to {goal}`"
    version = active(session.world, name).release.version
    if unfinished(session.world, name):
        first = hint or "`thothctl resume` goes on with it, `thothctl rollback` takes it back"
        return f"{message}; the upgrade to {version} before it stays", f"{first}; then {further}"
    ways = f"{further} goes on from {version}, `thothctl rollback` goes back further"
    told = f"{message}; {name} runs {version} now, and the upgrade as far as that stays"
    return told, f"{hint}; {ways}" if hint else ways


def not_there_yet(session: Session) -> tuple[dict[str, object], tuple[str, ...]]:
    """The version that was asked for where the newest operation ended at one before it, if any."""
    name, goal = session.install, on_the_way_to(session.world, session.install)
    if not goal:
        return {}, ()
    version = active(session.world, name).release.version
    warning = (
        f"{name} runs {version}, and {goal} was asked for: `thothctl upgrade --to {goal}` goes on"
    )
    return {"version": version, "towards": goal}, (warning,)

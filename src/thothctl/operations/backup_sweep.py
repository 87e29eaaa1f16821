"""What was on its way to a place when it was cut off is removed by whoever comes next."""

from collections.abc import Iterator
from contextlib import contextmanager

from thothctl.errors import EngineUnreachableError, ThothctlError
from thothctl.model.backup import Engine
from thothctl.model.event import Note
from thothctl.operations.backup_log import FORGOTTEN, standing
from thothctl.operations.backup_repository import Repository
from thothctl.operations.steps import install_of
from thothctl.world import World

SENT, SWEPT, FOUND = "sent", "swept", "found"
SETTLED = frozenset({"created", "copied", SWEPT, FOUND})


def about_to_send(world: World, name: str, backup: str, target: str, engine: str) -> None:
    """Write down what is under way, so that it is known for ours if it does not arrive."""
    event = {"event": SENT, "id": backup, "target": target, "engine": engine}
    world.backup_records.note(name, event)


def sweep(world: World, name: str, target: str, *, but: str = "") -> None:
    """Remove what never arrived in a place, `but` what is on its way; nothing else is touched.

    What cannot be removed now, from a place that does not answer, say, stays written down for the
    next one: nothing else waits for it.
    """
    sent = _unsettled(world, name, target)
    sent.pop(but, None)
    if not sent:
        return
    install = install_of(world, name)
    with _or_later(world):
        there = world.targets.open(target, name).sweep(tuple(sent))
        for backup, engine in sent.items():
            with _or_later(world):
                if engine == Engine.REPOSITORY and backup not in there:
                    Repository(world, install, target, backup).drop(backup)
                event = FOUND if backup in there else SWEPT
                world.backup_records.note(name, {"event": event, "id": backup, "target": target})


@contextmanager
def _or_later(world: World) -> Iterator[None]:
    """Only who cannot ask an engine at all has to hear of it now."""
    try:
        yield
    except EngineUnreachableError:
        raise
    except ThothctlError as error:
        world.report(Note(f"{error.message}; the next `backup prune` clears up"))


def _unsettled(world: World, name: str, target: str) -> dict[str, str]:
    """The engine of each backup that was on its way to a place and is not known to be there."""
    sent: dict[str, str] = {}
    for event in world.backup_records.events(name):
        if event.get("target") == target and event.get("event") == SENT:
            sent[str(event["id"])] = str(event.get("engine"))
        elif event.get("target") == target and event.get("event") in SETTLED:
            sent.pop(str(event["id"]), None)
    return sent


def places_sent_to(world: World, name: str) -> list[str]:
    """Every place that a backup was on its way to, and that was not forgotten since."""
    return standing(world.backup_records.events(name), {SENT}, FORGOTTEN)

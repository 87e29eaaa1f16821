"""What an install has noted of its backups."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from thothctl.model.backup import Head, time_of
from thothctl.world import World

DRILLED, DRILL_FAILED, ASKED, READ = "drilled", "drill_failed", "asked", "read"
FORGOTTEN = "forgotten"
"""Nobody looks in that place for backups any more, until one goes there again."""
WHOLE = frozenset({"verified", "copied", DRILLED, READ})
"""What reads a backup from its beginning to its end, in the place it tells."""


@dataclass(frozen=True, slots=True)
class Drilled:
    """When which backup was tried, and whether it held."""

    at: datetime
    backup: str
    good: bool


def newest(world: World, name: str) -> datetime | None:
    """When the last backup was made that is recorded and not gone; opens none of them.

    One that is dated later than now is the last only where there is no other.
    """
    events = world.backup_records.events(name)
    gone = {_where(e) for e in events if e.get("event") == "pruned"}
    made = [e for e in events if e.get("event") == "created" and _where(e) not in gone]
    there = [e for e in made if _is_there(world, str(e.get("place")))]
    times, now = [time_of(str(event["id"])) for event in there], world.clock.now()
    return max((one for one in times if one <= now), default=max(times, default=None))


def last_drill(world: World, name: str) -> Drilled | None:
    """The last drill that came to an end, good or bad."""
    known = {DRILLED: True, DRILL_FAILED: False}
    ended = [e for e in world.backup_records.events(name) if e.get("event") in known]
    if not ended:
        return None
    last = ended[-1]
    return Drilled(
        datetime.fromisoformat(str(last["at"])), str(last.get("id")), known[str(last["event"])]
    )


def far_places(world: World, name: str) -> dict[str, datetime]:
    """By far place that has backups, when one there was last read; before that, sent there.

    What was pruned and copied there again is there: the last that happened counts. What is dated
    later than now, because a clock was moved, does not tell when something was read.
    """
    now = world.clock.now()
    sent, read = dict[str, dict[str, datetime]](), dict[str, dict[str, datetime]]()
    for event in world.backup_records.events(name):
        place, kind, backup = str(event.get("target")), event.get("event"), str(event.get("id"))
        if "://" not in place:
            continue
        if kind == FORGOTTEN:
            sent.pop(place, None)
        if kind == "pruned":
            sent.get(place, {}).pop(backup, None)
            read.get(place, {}).pop(backup, None)
        at = datetime.fromisoformat(str(event["at"]))
        if kind in {"created", "copied"}:
            sent.setdefault(place, {}).setdefault(backup, at)
        if kind in WHOLE and at <= now:
            read.setdefault(place, {})[backup] = at
    there = {place: found for place, found in sent.items() if found}
    newest = {place: max(found.values()) for place, found in read.items() if found}
    return {place: newest.get(place, min(found.values())) for place, found in there.items()}


def places(events: Sequence[Mapping[str, object]]) -> list[str]:
    """Every place that backups went to and that was not forgotten since."""
    return standing(events, {"created", "copied"}, FORGOTTEN)


def standing(
    events: Sequence[Mapping[str, object]], begun: Collection[str], ended: str
) -> list[str]:
    """The targets of which the one was noted, and not the other since."""
    found = dict[str, None]()
    for event in events:
        if event.get("event") in begun:
            found[str(event["target"])] = None
        elif event.get("event") == ended:
            found.pop(str(event["target"]), None)
    return list(found)


def note_read(world: World, name: str, head: Head, target: str) -> None:
    """Write down that a backup of this very install was read whole in a place far away."""
    install = world.installs.find(name)
    if "://" in target and install is not None and install.uuid == head.install:
        event = {"event": READ, "id": head.id, "target": target}
        world.backup_records.note(name, event)


def _where(event: Mapping[str, object]) -> tuple[object, object]:
    return event.get("target"), event.get("id")


def _is_there(world: World, place: str) -> bool:
    """What lies on another machine is taken to be there."""
    return "://" in place or world.host.file_size(Path(place)) is not None

"""What an install has noted of its backups."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from thothctl.model.backup import time_of
from thothctl.world import World

DRILLED, DRILL_FAILED, ASKED = "drilled", "drill_failed", "asked"


@dataclass(frozen=True, slots=True)
class Drilled:
    """When which backup was tried, and whether it held."""

    at: datetime
    backup: str
    good: bool


def newest(world: World, name: str) -> datetime | None:
    """When the last backup was made that is recorded and not gone; opens none of them."""
    events = world.backup_records.events(name)
    gone = {event.get("id") for event in events if event.get("event") == "pruned"}
    made = [e for e in events if e.get("event") == "created" and e.get("id") not in gone]
    there = [e for e in made if _is_there(world, str(e.get("place")))]
    return max((time_of(str(event["id"])) for event in there), default=None)


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
    """By far place that has backups, when one there was last read; before that, sent there."""
    first, read = dict[str, datetime](), dict[str, datetime]()
    events = world.backup_records.events(name)
    gone = {(e.get("target"), e.get("id")) for e in events if e.get("event") == "pruned"}
    for event in events:
        place, kind = str(event.get("target")), event.get("event")
        if "://" not in place or (place, event.get("id")) in gone:
            continue
        at = datetime.fromisoformat(str(event["at"]))
        if kind in {"created", "copied"}:
            first.setdefault(place, at)
        if kind in {"verified", "copied"}:
            read[place] = at
    return {place: read.get(place, at) for place, at in first.items()}


def _is_there(world: World, place: str) -> bool:
    """What lies on another machine is taken to be there."""
    return "://" in place or world.host.file_size(Path(place)) is not None

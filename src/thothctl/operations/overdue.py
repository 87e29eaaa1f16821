"""Whether a date is over by time that ran: a clock that was moved must not cost the way back."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from thothctl.errors import ThothctlError
from thothctl.model.install import Overdue
from thothctl.operations.execute import moment
from thothctl.world import World

PROOF_SECONDS = 24 * 60 * 60
"""So long the machine has to run while a date is over, for somebody to notice a wrong clock."""


def due_date(world: World, name: str, days: int | None) -> str:
    """So many days from now, or from the newest record where the clock was put back since."""
    if days is None:
        return ""
    return (moment(world, name) + timedelta(days=days)).isoformat(timespec="seconds")


def overdue(world: World, name: str) -> Mapping[int, float]:
    """By release whose date is over: the seconds that ran since that was first seen.

    What is seen is written down for the next command; a date that is to come again starts anew.
    """
    if not (told := _told(world, name)):
        return {}
    passed = [number for number, date in told.items() if date <= world.clock.now()]
    before, now = world.installs.overdue(name), world.clock.monotonic()
    if not (passed or before):
        return {}
    known, ran = (before.seconds, _ran(before, now)) if before else ({}, 0.0)
    seconds = {number: known[number] + ran if number in known else 0.0 for number in passed}
    with suppress(ThothctlError):  # a full disk: what is not written down only takes longer
        world.installs.save_overdue(name, Overdue(now, seconds) if seconds else None)
    return seconds


def _told(world: World, name: str) -> dict[int, datetime]:
    """Releases up to the active one that are to free what is older, and from when on."""
    active = world.installs.active(name) or 0
    told = [r for r in world.installs.releases(name) if r.number <= active and r.finalize_after]
    return {r.number: datetime.fromisoformat(r.finalize_after) for r in told}


def _ran(before: Overdue, now: float) -> float:
    """At least so long the machine ran since; one that was started anew counts from its start."""
    return now - before.monotonic if now >= before.monotonic else now

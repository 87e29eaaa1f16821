"""Backups that are there: found by id, by place or as the latest, with what was proved of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from thothctl.errors import CheckFailedError, UsageError
from thothctl.model.backup import EVERYBODY, Stored
from thothctl.operations.backup import default_target, provide_toolbox, usual_target
from thothctl.operations.backup_log import FORGOTTEN, places
from thothctl.operations.steps import install_of
from thothctl.world import World

LATEST = "latest"
PROOFS = frozenset({"verified", "copied"})
"""Of a copy in its place: what is copied is compared on the way."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The backups of one install, oldest first, and names of archives of others beside them."""

    backups: tuple[Stored, ...]
    strangers: tuple[str, ...]
    addresses: tuple[str, ...]

    def of(self, address: str) -> tuple[Stored, ...]:
        """Those in one place."""
        return tuple(one for one in self.backups if one.target == address)


def shelf(world: World, name: str, target: str = "") -> Shelf:
    """What lies in one place, or in every place that this install's backups went to.

    Where no install is, everything in that one place counts.
    """
    known = world.installs.find(name) if target else install_of(world, name)
    install = known.uuid if known else EVERYBODY
    events = world.backup_records.events(name)
    usual = [str(default_target(world, name)), usual_target(world, name)]
    chosen = dict.fromkeys([target] if target else [*usual, *places(events)])
    if any("://" in place for place in chosen):
        provide_toolbox(world)
    opened = [world.targets.open(place, name) for place in chosen]
    targets = list({place.address: place for place in opened}.values())
    there = [one for place in targets for one in place.backups(install)]
    strangers = [other for place in targets for other in place.strangers(install)]
    return Shelf(
        tuple(_proved(one, events) for one in sorted(there, key=_order)),
        tuple(strangers),
        tuple(dict.fromkeys(place.address for place in targets)),
    )


def forget(world: World, name: str, place: str) -> str:
    """Look there no more; what lies there stays. Raises UsageError for one that is in use."""
    address = world.targets.open(place, name).address
    known = places(world.backup_records.events(name))
    schedule = world.backup_records.schedule(name)
    aims = {usual_target(world, name), schedule.target if schedule else ""}
    if address in {world.targets.open(one, name).address for one in aims if one}:
        raise UsageError(
            f"backups still go to {address}",
            hint="see `thothctl backup schedule show` and `thothctl config get backup.target`",
        )
    if address not in known:
        raise UsageError(
            f"no backup is known to lie in {address}", hint=f"places: {', '.join(known) or 'none'}"
        )
    world.backup_records.note(name, {"event": FORGOTTEN, "target": address})
    return address


def _order(stored: Stored) -> tuple[str, bool]:
    """By time; of two copies the one on this machine is the last."""
    return stored.id, "://" not in stored.target


def _proved(stored: Stored, events: tuple[Mapping[str, object], ...]) -> Stored:
    """With the times of the last proofs; reading one copy proves nothing of another."""
    own = [event for event in events if event.get("id") == stored.id]
    here = [event for event in own if event.get("target") == stored.target]
    return replace(
        stored,
        verified=_last(event for event in here if event.get("event") in PROOFS),
        deep=_last(event for event in here if event.get("deep")),
        drilled=_last(event for event in own if event.get("event") == "drilled"),
    )


def _last(events: object) -> datetime | None:
    times = [datetime.fromisoformat(str(event["at"])) for event in events]  # type: ignore[attr-defined]
    return max(times, default=None)


def find(world: World, name: str, reference: str, target: str = "") -> Path:
    """The archive of an id, of the latest backup, or a file by its path."""
    return located(world, name, reference, target)[0]


def located(world: World, name: str, reference: str, target: str = "") -> tuple[Path, str]:
    """The same, and the address of the place it lies in."""
    path = Path(reference).expanduser().absolute()
    if path.is_file():
        return path, str(path.parent)
    chosen = found(world, name, reference, target)
    return world.targets.open(chosen.target, name).fetch(chosen.id), chosen.target


def found(world: World, name: str, reference: str, target: str = "") -> Stored:
    """The backup of an id, or the latest; raises CheckFailedError where there is none."""
    there = shelf(world, name, target)
    chosen = [one for one in there.backups if reference in (LATEST, one.id)]
    if len({one.head.install for one in chosen}) > 1:
        raise UsageError(
            f"backups of several installs lie in {', '.join(there.addresses)}",
            hint=f"give an id, such as {chosen[-1].id}",
        )
    if chosen:  # what is dated later than now, because a clock was moved, is no latest
        dated = [one for one in chosen if one.time <= world.clock.now()]
        return (dated or chosen)[-1]
    where = ", ".join(there.addresses)
    raise CheckFailedError(
        f"{name} has no backup {reference if reference != LATEST else ''}in {where}".replace(
            "  ", " "
        ),
        hint="see `thothctl backup list`, or give --from PLACE or the path of a file",
    )

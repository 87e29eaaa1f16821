"""How the plan of an upgrade is shown: its steps, its images and what they take."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from thothctl.cli.hop import PlannedHop
from thothctl.model.observed import OfferedImage
from thothctl.operations.backup_order import order_from_plain
from thothctl.operations.backup_steps import SaveStores
from thothctl.operations.plan import Plan
from thothctl.operations.rolling import ExchangeReplicas
from thothctl.operations.room import unpacked
from thothctl.operations.upgrade import Outlook
from thothctl.world import World

MIB = 1024 * 1024
COPIED = 200 * MIB
"""Bytes a second, roughly: what an estimate of time counts with."""
RESTART_SECONDS = 10
"""A version is down for no longer, the copies of its data aside."""


def plan_data(world: World, seen: Outlook, hops: Sequence[PlannedHop]) -> dict[str, object]:
    """What a script may want to know before it goes on; figures are those of all hops together."""
    images = list(_every_image(world, hops))
    needed = _needed(images, hops)
    last = hops[-1].target.published
    return {
        "from": str(seen.installed),
        "to": str(seen.target),
        "hops": [str(hop) for hop in seen.hops],
        "plan": [line for hop in hops for line in str(hop.plan).splitlines()],
        "images": [
            {
                "name": one.name,
                "version": one.version,
                "reference": one.image.reference,
                "bytes": one.image.size,
                "present": one.present,
            }
            for one in images
        ],
        "disk_bytes": sum(needed.values()),
        "disk": needed,
        "migrations": [{"name": one.name, "reversible": one.reversible} for one in seen.migrations],
        "database": {"from": seen.release.database_revision, "to": last.revision},
        "cloned": [
            {"name": one.name, "version": str(hop.target.published.version), "bytes": one.bytes}
            for hop in hops
            for one in hop.data.copies
        ],
        "downtime_seconds": sum(map(_away, hops)),
    }


@dataclass(frozen=True, slots=True)
class _Needed:
    """An image of a version, and whether this machine has it."""

    name: str
    version: str
    image: OfferedImage
    present: bool


def _every_image(world: World, hops: Sequence[PlannedHop]) -> Iterator[_Needed]:
    """Each once, with the first version that wants it."""
    known: set[tuple[str, str]] = set()
    for hop in hops:
        for name, image in hop.target.images.items():
            if (name, image.reference) not in known:
                known.add((name, image.reference))
                there = bool(image.reference) and world.engine.image(image.reference) is not None
                yield _Needed(name, str(hop.target.published.version), image, there)


def _needed(images: Sequence[_Needed], hops: Sequence[PlannedHop]) -> Mapping[str, int]:
    """Bytes of disk at most: images unpacked, copies of data, and a backup that nothing packs.

    Nothing is deleted between one version and the next.
    """
    steps = [step for hop in hops for step in hop.plan.steps]
    orders = [order_from_plain(one.order) for one in steps if isinstance(one, SaveStores)]
    return {
        "images": unpacked(one.image for one in images if not one.present),
        "copies": sum(hop.data.bytes for hop in hops),
        "backup": sum(sum(order.sizes.values()) for order in orders),
    }


def _away(hop: PlannedHop) -> int:
    """Seconds without an answer."""
    return 0 if _exchanges(hop.plan) else RESTART_SECONDS + round(hop.data.bytes / COPIED)


def _exchanges(plan: Plan) -> bool:
    return any(isinstance(step, ExchangeReplicas) for step in plan.steps)


def show_plan(console: Console, data: Mapping[str, object]) -> None:
    """The plans of all hops, one after the other, and what they take together."""
    steps, hops, copies = data["plan"], data["hops"], data["cloned"]
    assert isinstance(steps, list)  # noqa: S101 - made above
    assert isinstance(hops, list)  # noqa: S101 - made above
    assert isinstance(copies, list)  # noqa: S101 - made above
    console.print(Text("\n".join(steps)))
    console.print(_images(data))
    if len(hops) > 1:
        console.print(f"By way of {', '.join(hops[:-1])}, each a release of its own.")
    for told in _migrations(data):
        console.print(told)
    for one in copies:
        before = f" before {one['version']}" if len(hops) > 1 else ""
        console.print(f"{one['name']} is copied first{before}: {one['bytes'] / MIB:,.1f} MiB.")
    console.print(_disk(data))
    kept = "" if copies else "The data stays as it is. "
    away = data["downtime_seconds"]
    told = f"Away for up to {away} s." if away else "It answers all the time."
    console.print(f"{kept}{told} Nothing was changed.")


def _images(data: Mapping[str, object]) -> Table:
    images, hops = data["images"], data["hops"]
    assert isinstance(images, list)  # noqa: S101 - made above
    assert isinstance(hops, list)  # noqa: S101 - made above
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Image")
    table.add_column("To pull", justify="right")
    for one in images:
        size = f"{one['bytes'] / MIB:,.0f} MiB" if one["reference"] else "to be built"
        name = f"{one['name']} {one['version']}" if len(hops) > 1 else one["name"]
        table.add_row(name, "present" if one["present"] else size)
    return table


def _disk(data: Mapping[str, object]) -> str:
    needed = data["disk"]
    assert isinstance(needed, dict)  # noqa: S101 - made above
    parts = [f"{name} {size / MIB:,.1f} MiB" for name, size in needed.items() if size]
    total = f"{sum(needed.values()) / MIB:,.1f} MiB"
    return f"Disk needed: up to {total} ({', '.join(parts)})." if parts else "No disk is needed."


def _migrations(data: Mapping[str, object]) -> Iterator[str]:
    """Those of all hops; which of them `rollback` takes back with what was written since."""
    found = data["migrations"]
    assert isinstance(found, list)  # noqa: S101 - made above
    for one in found:
        back = "can be taken back" if one["reversible"] else "cannot be taken back"
        yield f"Migration {one['name']} {back}."

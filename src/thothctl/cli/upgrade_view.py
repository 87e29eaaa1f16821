"""How the plan of an upgrade is shown: its steps, its images and what they take."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from thothctl.operations.backup_order import order_from_plain
from thothctl.operations.backup_steps import SaveStores
from thothctl.operations.cloning import Carried
from thothctl.operations.offers import Target
from thothctl.operations.plan import Plan
from thothctl.operations.rolling import ExchangeReplicas
from thothctl.operations.upgrade import UNPACKED, Outlook
from thothctl.world import World

MIB = 1024 * 1024
COPIED = 200 * MIB
"""Bytes a second, roughly: what an estimate of time counts with."""
RESTART_SECONDS = 10
"""A version is down for no longer, the copies of its data aside."""


def plan_data(
    world: World, seen: Outlook, target: Target, plan: Plan, carried: Carried
) -> dict[str, object]:
    """What a script may want to know before it goes on."""
    images = [
        {
            "name": name,
            "reference": image.reference,
            "bytes": image.size,
            "present": bool(image.reference) and world.engine.image(image.reference) is not None,
        }
        for name, image in target.images.items()
    ]
    needed = _needed(images, plan, carried)
    return {
        "from": str(seen.installed),
        "to": str(seen.target),
        "hops": [str(hop) for hop in seen.hops],
        "plan": str(plan).splitlines(),
        "images": images,
        "disk_bytes": sum(needed.values()),
        "disk": needed,
        "migrations": [{"name": one.name, "reversible": one.reversible} for one in seen.migrations],
        "database": {"from": seen.release.database_revision, "to": target.published.revision},
        "cloned": [{"name": one.name, "bytes": one.bytes} for one in carried.copies],
        "downtime_seconds": 0
        if _exchanges(plan)
        else RESTART_SECONDS + round(carried.bytes / COPIED),
    }


def _needed(
    images: Sequence[Mapping[str, object]], plan: Plan, carried: Carried
) -> Mapping[str, int]:
    """Bytes of disk at most: images unpacked, copies of data, and a backup that nothing packs."""
    absent = sum(int(str(one["bytes"])) for one in images if not one["present"])
    orders = [order_from_plain(one.order) for one in plan.steps if isinstance(one, SaveStores)]
    backup = sum(sum(order.sizes.values()) for order in orders)
    return {"images": absent * UNPACKED, "copies": carried.bytes, "backup": backup}


def _exchanges(plan: Plan) -> bool:
    return any(isinstance(step, ExchangeReplicas) for step in plan.steps)


def show_plan(console: Console, data: Mapping[str, object], carried: Carried) -> None:
    """The plan of the first hop; the others are planned when it is done."""
    steps, hops = data["plan"], data["hops"]
    assert isinstance(steps, list)  # noqa: S101 - made above
    assert isinstance(hops, list)  # noqa: S101 - made above
    console.print(Text("\n".join(steps)))
    console.print(_images(data))
    if len(hops) > 1:
        console.print(f"By way of {', '.join(hops[:-1])}, each a release of its own.")
    for told in _migrations(data):
        console.print(told)
    for one in carried.copies:
        console.print(f"{one.name} is copied first: {one.bytes / MIB:,.1f} MiB.")
    console.print(_disk(data))
    kept = "" if carried.copies else "The data stays as it is. "
    away = data["downtime_seconds"]
    told = f"Away for up to {away} s." if away else "It answers all the time."
    console.print(f"{kept}{told} Nothing was changed.")


def _images(data: Mapping[str, object]) -> Table:
    images = data["images"]
    assert isinstance(images, list)  # noqa: S101 - made above
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Image")
    table.add_column("To pull", justify="right")
    for one in images:
        size = f"{one['bytes'] / MIB:,.0f} MiB" if one["reference"] else "to be built"
        table.add_row(one["name"], "present" if one["present"] else size)
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

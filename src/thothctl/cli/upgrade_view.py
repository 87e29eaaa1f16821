"""How the plan of an upgrade is shown: its steps, its images and what they take."""

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from thothctl.operations.cloning import Carried
from thothctl.operations.offers import Target
from thothctl.operations.plan import Plan
from thothctl.operations.rolling import ExchangeReplicas
from thothctl.operations.upgrade import UNPACKED, Outlook
from thothctl.world import World

MIB = 1024 * 1024
COPIED = 200 * MIB
"""Bytes a second, roughly: what an estimate of time counts with."""
RESTART_SECONDS = 15


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
    absent = sum(image.size for image, one in zip(target.images.values(), images, strict=True)
                 if not one["present"])  # fmt: skip
    return {
        "from": str(seen.installed),
        "to": str(seen.target),
        "hops": [str(hop) for hop in seen.hops],
        "plan": str(plan).splitlines(),
        "images": images,
        "disk_bytes": absent * UNPACKED + carried.bytes,
        "migrations": [{"name": one.name, "reversible": one.reversible} for one in seen.migrations],
        "database": {"from": seen.release.database_revision, "to": target.published.revision},
        "cloned": [{"name": one.name, "bytes": one.bytes} for one in carried.copies],
        "downtime_seconds": 0
        if _exchanges(plan)
        else RESTART_SECONDS + round(carried.bytes / COPIED),
    }


def _exchanges(plan: Plan) -> bool:
    return any(isinstance(step, ExchangeReplicas) for step in plan.steps)


def show_plan(
    console: Console, data: Mapping[str, object], target: Target, carried: Carried
) -> None:
    """The plan of the first hop; the others are planned when it is done."""
    steps, hops = data["plan"], data["hops"]
    assert isinstance(steps, list)  # noqa: S101 - made above
    assert isinstance(hops, list)  # noqa: S101 - made above
    console.print(Text("\n".join(steps)))
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Image")
    table.add_column("To pull", justify="right")
    for name, image in target.images.items():
        table.add_row(name, f"{image.size / MIB:,.0f} MiB" if image.reference else "to be built")
    console.print(table)
    if len(hops) > 1:
        console.print(f"By way of {', '.join(hops[:-1])}, each a release of its own.")
    for told in _migrations(data):
        console.print(told)
    for one in carried.copies:
        console.print(f"{one.name} is copied first: {one.bytes / MIB:,.1f} MiB.")
    kept = "" if carried.copies else "The data stays as it is. "
    away = data["downtime_seconds"]
    told = f"Away for about {away} s." if away else "It answers all the time."
    console.print(f"{kept}{told} Nothing was changed.")


def _migrations(data: Mapping[str, object]) -> Iterator[str]:
    """Those of all hops; which of them `rollback` takes back with what was written since."""
    found = data["migrations"]
    assert isinstance(found, list)  # noqa: S101 - made above
    for one in found:
        back = "can be taken back" if one["reversible"] else "cannot be taken back"
        yield f"Migration {one['name']} {back}."

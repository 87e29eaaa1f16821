"""How the plan of an upgrade is shown: its steps, its images and what they take."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from thothctl.operations.offers import Target
from thothctl.operations.plan import Plan
from thothctl.operations.upgrade import UNPACKED, Outlook
from thothctl.world import World

MIB = 1024 * 1024
Plans = Sequence[tuple[Target, Plan]]


def plan_data(world: World, seen: Outlook, plans: Plans) -> dict[str, object]:
    """What a script may want to know before it goes on."""
    first = plans[0][0]
    images = [
        {
            "name": name,
            "reference": image.reference,
            "bytes": image.size,
            "present": bool(image.reference) and world.engine.image(image.reference) is not None,
        }
        for name, image in first.images.items()
    ]
    absent = sum(image.size for image, one in zip(first.images.values(), images, strict=True)
                 if not one["present"])  # fmt: skip
    return {
        "from": str(seen.installed),
        "to": str(seen.target),
        "hops": [str(hop) for hop in seen.hops],
        "plan": str(plans[0][1]).splitlines(),
        "images": images,
        "disk_bytes": absent * UNPACKED,
        "database": {"from": seen.release.database_revision, "to": first.published.revision},
        "cloned": [],
    }


def show_plan(console: Console, data: dict[str, object], plans: Plans) -> None:
    """The plan of the first hop; the others are planned when it is done."""
    target, plan = plans[0]
    console.print(Text(str(plan)))
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Image")
    table.add_column("To pull", justify="right")
    for name, image in target.images.items():
        table.add_row(name, f"{image.size / MIB:,.0f} MiB" if image.reference else "to be built")
    console.print(table)
    hops = data["hops"]
    assert isinstance(hops, list)  # noqa: S101 - made above
    if len(hops) > 1:
        console.print(f"By way of {', '.join(hops[:-1])}, each a release of its own.")
    console.print("The data stays as it is. Nothing was changed.")

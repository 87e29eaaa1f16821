"""What the plan of an upgrade tells people and scripts before anything is changed."""

import io
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from played_containers import RELEASE
from rich.console import Console

from thothctl.cli.hop import PlannedHop
from thothctl.cli.upgrade_view import plan_data, show_plan
from thothctl.model.observed import OfferedImage
from thothctl.model.version import Version, published
from thothctl.operations.backup import plan_of
from thothctl.operations.backup_order import BackupOrder
from thothctl.operations.cloning import as_it_is
from thothctl.operations.offers import Target
from thothctl.operations.plan import Plan
from thothctl.operations.room import Copy, Room

if TYPE_CHECKING:
    from thothctl.operations.upgrade import Outlook
    from thothctl.world import World

MIB = 1024**2
NEW = cast("Version", Version.read("1.1.0"))
NOW = replace(RELEASE, version="1.0.0", database_revision="0001")
HERE, ABSENT = OfferedImage("r/a@sha256:1", size=7 * MIB), OfferedImage("r/b@sha256:2", size=MIB)
TARGET = Target(published(NEW, [{"io.thoth.database-revision": "0002"}]), {"a": HERE, "b": ABSENT})
CLONED = replace(as_it_is(NOW), copies=(Copy("application", 1, 2, 2 * MIB, Room("/", None)),))

PLAIN = Plan("upgrade", "upgrade", "x", ())


def shown(plan: Plan, *further: PlannedHop) -> tuple[dict[str, object], str]:
    """The data and the text; of the two images only one is there."""
    hops = (PlannedHop(TARGET, CLONED, plan), *further)
    versions = tuple(hop.target.published.version for hop in hops)
    engine = SimpleNamespace(image=lambda name: name if name == HERE.reference else None)
    world = cast("World", SimpleNamespace(engine=engine))
    seen = SimpleNamespace(
        installed="1.0.0", target=versions[-1], hops=versions, migrations=(), release=NOW
    )
    data = plan_data(world, cast("Outlook", seen), hops)
    heard = io.StringIO()
    show_plan(Console(file=heard, width=100), data)
    return data, heard.getvalue()


def test_the_disk_needed_is_told_with_the_backup_that_was_asked_for() -> None:
    order = BackupOrder("x", "b", "now", "/backups", "age1", ("data",), full=True,
                        sizes={"data": 4 * MIB})  # fmt: skip

    data, text = shown(plan_of(order))

    assert data["disk"] == {"images": 3 * MIB, "copies": 2 * MIB, "backup": 4 * MIB}
    assert data["disk_bytes"] == 9 * MIB
    assert "up to 9.0 MiB (images 3.0 MiB, copies 2.0 MiB, backup 4.0 MiB)" in text


def test_an_image_that_is_there_is_not_to_be_pulled() -> None:
    _, text = shown(PLAIN)

    assert [line.split()[1:] for line in text.splitlines() if line[:2] in {"a ", "b "}] == [
        ["present"], ["1", "MiB"],
    ]  # fmt: skip


def test_the_time_away_counts_ten_seconds_and_the_copies() -> None:
    data, text = shown(PLAIN)

    assert data["downtime_seconds"] == 10
    assert "Away for up to 10 s." in text


def test_what_several_versions_take_lies_there_together() -> None:
    later = Version((1, 2, 0))
    shared = {"sha256:base": 5 * MIB}
    first = OfferedImage("r/c@sha256:3", size=6 * MIB, layers={**shared, "sha256:a": MIB})
    second = OfferedImage("r/c@sha256:4", size=7 * MIB, layers={**shared, "sha256:b": 2 * MIB})
    hop = PlannedHop(Target(published(later, []), {"a": HERE, "c": second}), CLONED, PLAIN)
    between = PlannedHop(Target(published(later, []), {"c": first}), as_it_is(NOW), PLAIN)

    data, text = shown(PLAIN, between, hop)

    assert data["disk"] == {"images": 3 * (1 + 8) * MIB, "copies": 4 * MIB, "backup": 0}
    assert data["downtime_seconds"] == 30
    images = data["images"]
    assert isinstance(images, list)
    assert [one["name"] for one in images] == ["a", "b", "c", "c"], "a is the same one"
    assert "application is copied first before 1.2.0: 2.0 MiB" in text

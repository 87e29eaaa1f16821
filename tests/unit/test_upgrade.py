"""The plan of an upgrade and of a rollback, and what is watched before a version counts."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from fakes import FakeClock
from played_containers import INSTALL, RELEASE, PlayedContainers, container, world_of

from thothctl.errors import CheckFailedError, NotHealthyError, UsageError
from thothctl.model.observed import OfferedImage
from thothctl.model.stack import Image
from thothctl.model.version import Version, published
from thothctl.operations.cloning import as_it_is
from thothctl.operations.offers import RegistryVersions, Target
from thothctl.operations.rollback import Seen, chosen, plan_rollback, refuse_hopeless
from thothctl.operations.upgrade import Outlook, Place, UpgradeRequest, plan_upgrade
from thothctl.operations.upgrade_steps import Soak
from thothctl.world import World

OLD = replace(
    RELEASE, number=3, version="1.0.0", images={"thoth-ai": "r/thoth-ai@sha256:1"},
    database_revision="0001",
)  # fmt: skip
REQUEST = UpgradeRequest("default")
PLACE = Place(4, 3, "now")
NEW = cast("Version", Version.read("1.1.0"))


def target(revision: str = "0001") -> Target:
    labels = {"io.thoth.database-revision": revision}
    return Target(
        published(NEW, [labels]), {"thoth-ai": OfferedImage("r/thoth-ai@sha256:2", labels)}
    )


def played(*restarts: int) -> tuple[World, FakeClock]:
    """A container that has restarted so often at each look; the last number stays."""
    engine = PlayedContainers(
        at=lambda look: [container(restarts=restarts[min(look, len(restarts)) - 1])]
    )
    world = world_of(engine)
    clock = world.clock
    assert isinstance(clock, FakeClock)
    return world, clock


def outlook() -> Outlook:
    return Outlook("thoth-ai", OLD, NEW, (NEW,), cast("RegistryVersions", None), OLD.settings)


def test_the_plan_of_an_upgrade_reads_as_its_own_specification() -> None:
    plan = plan_upgrade(REQUEST, outlook(), target(), as_it_is(OLD), PLACE)

    assert str(plan) == (
        "upgrade default from 1.0.0 to 1.1.0\n"
        "1. PullImages: have every image before anything is touched\n"
        "2. RenderRelease: files that Compose accepts, before anything stops\n"
        "3. StartRelease: run 1.1.0\n"
        "4. AwaitHealthy: the new release has to answer\n"
        "5. Soak: a crash shows itself under load\n"
        "6. ActivateRelease: release 4 answers"
    )
    assert plan.had_release


def test_a_rollback_is_a_new_release_with_the_images_and_settings_of_the_old_one() -> None:
    now = replace(OLD, number=4, settings={**OLD.settings, "port": 9})

    plan = plan_rollback(REQUEST, Seen(INSTALL, now, (OLD, now)), OLD, as_it_is(now), "now")

    assert [type(step).__name__ for step in plan.steps] == [
        "PullImages", "SaveSettings", "RenderRelease", "StartRelease", "AwaitHealthy", "Soak",
        "ActivateRelease",
    ]  # fmt: skip
    assert plan.goal == "roll default back to release 3 (1.0.0)"


def test_the_release_before_is_meant_where_none_is_named() -> None:
    releases = tuple(replace(OLD, number=n) for n in (1, 2, 4, 5))
    seen = Seen(INSTALL, releases[2], releases)

    assert chosen(seen, None).number == 2
    assert chosen(seen, 5).number == 5
    with pytest.raises(UsageError, match="no release 3"):
        chosen(seen, 3)
    with pytest.raises(CheckFailedError, match="is the first one"):
        chosen(Seen(INSTALL, releases[0], releases), None)


def test_a_way_back_that_would_end_half_way_is_not_begun() -> None:
    here = cast("World", SimpleNamespace(engine=SimpleNamespace(image=lambda _: None)))

    refuse_hopeless(here, replace(OLD, images={"x": "r/x@sha256:1"}))
    with pytest.raises(CheckFailedError, match="thoth-ai:1 of release 3 is gone from the engine"):
        refuse_hopeless(here, replace(OLD, images={"thoth-ai": "thoth-ai:1"}))


def test_a_soak_ends_at_once_when_a_container_restarts_though_it_is_healthy_again() -> None:
    world, clock = played(*[0] * 12, 1)

    with pytest.raises(NotHealthyError, match="restarted while release 1 was watched"):
        Soak("default", 1, 30, why="").apply(world)

    assert clock.seconds < 10


def test_a_soak_lasts_as_long_as_it_is_told_to() -> None:
    world, clock = played(4)

    Soak("default", 1, 30, why="").apply(world)

    assert clock.seconds == pytest.approx(30)


class Shelf:
    """A registry of one repository: tags and the labels of each."""

    def __init__(self, **labels: dict[str, str]) -> None:
        self.labels = {tag.replace("_", "."): one for tag, one in labels.items()}

    def tags(self, repository: str) -> tuple[str, ...]:
        return tuple(self.labels)

    def image(self, repository: str, name: str, architecture: str) -> OfferedImage:
        return OfferedImage(f"{repository}@sha256:{name}", self.labels[name])


def versions(shelf: Shelf) -> RegistryVersions:
    engine = SimpleNamespace(facts=lambda: SimpleNamespace(architecture="x86_64"))
    world = cast("World", SimpleNamespace(registry=shelf, engine=engine))
    return RegistryVersions(world, "host/path", [Image("thoth-ai"), Image("thoth-redis")])


def test_a_moving_tag_decides_what_is_newest_in_a_channel() -> None:
    stable = {"io.thoth.version": "1.0.0"}
    found = versions(Shelf(v1_0_0={}, v1_1_0={}, stable=stable, **{"1_2_0-nightly_1": {}}))

    assert [str(one) for one in found.falling("stable")] == ["1.0.0"]
    assert [str(one) for one in found.falling("nightly")] == ["1.2.0-nightly.1", "1.1.0", "1.0.0"]


def test_a_version_consists_of_every_image_by_digest() -> None:
    found = versions(Shelf(v1_1_0={"io.thoth.database-revision": "0002"}))

    told = found.target(NEW)

    assert told.references == {
        "thoth-ai": "host/path/thoth-ai@sha256:v1.1.0",
        "thoth-redis": "host/path/thoth-redis@sha256:v1.1.0",
    }
    assert told.published.revision == "0002"

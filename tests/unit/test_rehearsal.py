"""What is known against a rehearsal is said before anything is made for it."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from played_containers import RELEASE

from thothctl.cli.rehearsal import chosen_targets
from thothctl.cli.session import Session
from thothctl.errors import IncompatibleError
from thothctl.model.observed import OfferedImage
from thothctl.model.version import Version, published
from thothctl.operations.offers import OwnVersion, Target
from thothctl.operations.upgrade import Outlook

if TYPE_CHECKING:
    from thothctl.world import World

HOPS = (Version((1, 1, 0)), Version((1, 2, 0)))


class Built(OwnVersion):
    """Versions of one's own with these PostgreSQLs; counts what is built."""

    def __init__(self, *majors: str) -> None:
        super().__init__(cast("World", None), ())
        self.majors, self.built = dict(zip(HOPS, majors, strict=True)), 0

    def build(self) -> None:
        self.built += 1

    def target(self, version: Version) -> Target:
        label = {"io.thoth.postgres-major": self.majors[version]}
        return Target(published(version, [label]), {"thoth-postgres": OfferedImage("", label)})


def session() -> Session:
    engine = SimpleNamespace(facts=lambda: SimpleNamespace(root="/"))
    world = SimpleNamespace(engine=engine, host=SimpleNamespace(free_bytes=lambda _: None))
    return cast("Session", SimpleNamespace(world=world, watched=nullcontext))


def test_nothing_is_built_for_a_rehearsal_that_is_refused() -> None:
    versions = Built("15", "17")

    with pytest.raises(IncompatibleError, match=r"1\.2\.0 runs PostgreSQL 17"):
        chosen_targets(session(), Outlook("thoth-ai", RELEASE, HOPS[-1], HOPS, versions))

    assert versions.built == 0


def test_what_is_rehearsed_is_built_first() -> None:
    versions = Built("17", "17")

    found = chosen_targets(session(), Outlook("thoth-ai", RELEASE, HOPS[-1], HOPS, versions))

    assert [one.published.version for one in found] == [*HOPS]
    assert versions.built == len(HOPS)

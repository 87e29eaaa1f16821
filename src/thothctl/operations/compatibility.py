"""Which earlier releases work on a release's database, as its images declare."""

from thothctl.model.install import LABEL_COMPATIBLE, Release
from thothctl.model.revision import reaches
from thothctl.operations.upgrade import version_of
from thothctl.world import World


def works_on(world: World, release: Release, earlier: Release) -> bool:
    """The earlier one has the same database, or the release declares that it works on its own."""
    if earlier.database_revision == release.database_revision:
        return True
    images = map(world.engine.image, release.images.values())
    told = [one.labels.get(LABEL_COMPATIBLE, "") for one in images if one]
    older = version_of(earlier) < version_of(release)
    return older and any(reaches(one, earlier.database_revision) for one in told)

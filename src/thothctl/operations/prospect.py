"""What going back to a release would do to data, told without asking any image or server."""

from dataclasses import dataclass

from thothctl.model.install import LABEL_REVERSIBLE_TO
from thothctl.model.revision import reaches
from thothctl.operations.clusters import other_cluster
from thothctl.operations.compatibility import works_on
from thothctl.operations.rollback_data import Back, Choice, lost_minutes, migrated_in_place
from thothctl.operations.upgrade import version_of
from thothctl.world import World


@dataclass(frozen=True, slots=True)
class Prospect:
    """What going back would do to data, told from records and labels alone."""

    data: Choice
    lost_minutes: int | None
    """Nothing where a clock was moved, and nobody knows."""
    gone: tuple[str, ...]
    """Volumes, images and data that are not there any more."""


def prospect(world: World, back: Back) -> Prospect:
    """Without asking any image or server; `rollback --plan` does."""
    images = {image: world.engine.image(image) for image in back.release.images.values()}
    oldest = [one.labels.get(LABEL_REVERSIBLE_TO, "") for one in images.values() if one]
    revision = back.goal.database_revision
    stack = world.bundles.stack(back.install.stack)
    kept = not other_cluster(world, stack, back.release, back.goal) and (
        works_on(world, back.release, back.goal)
        or version_of(back.goal) >= version_of(back.release)
        or any(reaches(one, revision) for one in oldest)
    )
    absent = [i for i in back.goal.images.values() if "@" not in i and not world.engine.image(i)]
    volumes = set(world.engine.observe(back.install.uuid).volumes)
    wanted = {back.install.volume(s, n) for s, n in back.goal.generations.items()}
    changed = ("its data, which was migrated in place",)
    lost = changed if migrated_in_place(back) else sorted(wanted - volumes)
    gone = (*absent, *(() if kept else lost))
    return Prospect(
        Choice.KEEP if kept else Choice.RESTORE, 0 if kept else lost_minutes(world, back), gone
    )

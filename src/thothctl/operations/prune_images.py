"""Which images of the product nobody needs any more, and their removal."""

from collections.abc import Iterable
from dataclasses import dataclass

from thothctl.errors import CheckFailedError
from thothctl.model.install import LABEL_VERSION, Release
from thothctl.model.observed import ObservedImage
from thothctl.model.stack import TOOLBOX
from thothctl.world import World

PRODUCT = "thothctl"
TITLE, BASE = "org.opencontainers.image.title", "thoth-base"


@dataclass(frozen=True, slots=True)
class Surplus:
    """Images that no release names; `kept` says how many others there are."""

    images: tuple[ObservedImage, ...]
    kept: int

    @property
    def bytes(self) -> int:
        """What they take at most: layers that others share stay."""
        return sum(image.size for image in self.images)


def surplus(world: World) -> Surplus:
    """All images of the product but those that a release of any install goes back to."""
    found = world.engine.images(PRODUCT)
    needed = _needed(world)
    over = tuple(
        image for image in found if not needed & _names(image) and not _is_base(world, image)
    )
    return Surplus(over, len(found) - len(over))


def refuse_strangers(world: World) -> None:
    """Raise CheckFailedError where installs of another home may need what this one does not."""
    installs = (world.installs.find(name) for name in world.installs.names())
    known = {install.uuid for install in installs if install}
    if strangers := sorted(set(world.engine.labelled()) - known):
        raise CheckFailedError(
            f"{len(strangers)} installs on this engine are recorded in another THOTHCTL_HOME; "
            "their earlier releases may need these images",
            hint="look with --dry-run; give --force to remove what no container uses",
        )


def remove(world: World, images: Iterable[ObservedImage]) -> tuple[ObservedImage, ...]:
    """Remove them; returns those that went. What a container uses stays."""
    return tuple(image for image in images if world.engine.remove_image(image.id))


def _needed(world: World) -> set[str]:
    """Ids and references of what releases name, and of what would be installed today."""
    needed: set[str] = set()
    for name in world.installs.names():
        for release in world.installs.releases(name):
            needed |= _of_release(release)
        if install := world.installs.find(name):
            images = (*world.bundles.stack(install.stack).images, TOOLBOX)
            needed |= {found for image in images if (found := world.images.present(image))}
    return needed


def _of_release(release: Release) -> set[str]:
    return {*release.images.values(), *release.image_ids.values()}


def _names(image: ObservedImage) -> set[str]:
    return {image.id, *image.tags, *image.digests}


def _is_base(world: World, image: ObservedImage) -> bool:
    """What images are built from here: without it the next build starts anew."""
    labels = image.labels
    return labels.get(TITLE) == BASE and labels.get(LABEL_VERSION) == world.version

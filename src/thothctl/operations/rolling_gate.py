"""What can be exchanged while it answers, and what cannot: asked before anything changes."""

from collections.abc import Mapping
from dataclasses import replace

from thothctl.errors import IncompatibleError
from thothctl.model.install import Release
from thothctl.model.stack import Service
from thothctl.operations.compatibility import works_on
from thothctl.operations.offers import Target
from thothctl.operations.release_step import RenderRelease
from thothctl.operations.rollback import Seen
from thothctl.operations.rollback_data import Choice, Way
from thothctl.operations.steps import install_of
from thothctl.operations.upgrade import next_number
from thothctl.world import World

WITHOUT = "without --rolling it goes, and nothing answers for a moment"


def rolled(world: World, name: str, release: Release) -> Service:
    """The service whose containers are exchanged; raises IncompatibleError where there is none."""
    stack = world.bundles.stack(install_of(world, name).stack).having(release.images)
    services = stack.services_for(release.settings)
    names = {service.name for service in services}
    found = next((service for service in services if service.behind in names), None)
    if found is None:
        raise IncompatibleError(
            "nothing shares requests out among containers here, so none can be exchanged unnoticed",
            hint=f"nginx does so in production mode; {WITHOUT}",
        )
    observed = world.engine.observe(install_of(world, name).uuid).containers
    if any(one.ports for one in observed if one.service == found.name):
        raise IncompatibleError(
            f"{found.name} has a port of this machine, which two containers cannot share",
            hint=WITHOUT,
        )
    return found


def narrowed(target: Target, service: Service) -> Target:
    """Of a version, only what is exchanged: the images of other services stay as they are."""
    images = {name: one for name, one in target.images.items() if name == service.image}
    return replace(target, images=images)


def rolled_back(world: World, seen: Seen, goal: Release, way: Way) -> str:
    """The service to exchange on the way to an earlier release; raises IncompatibleError."""
    name, release = seen.install.name, seen.release
    if way.choice is Choice.RESTORE:
        raise IncompatibleError(
            f"release {goal.number} goes back to other data, which two versions cannot share",
            hint=WITHOUT,
        )
    number = next_number(seen.releases)
    coming = replace(
        goal, number=number, generations=release.generations, databases=release.databases
    )
    refuse_unfit(world, name, release, coming, shared=works_on(world, release, goal))
    return rolled(world, name, release).name


def refuse_unfit(
    world: World, name: str, release: Release, target: Release, *, shared: bool
) -> None:
    """Raise IncompatibleError where old and new containers cannot work side by side.

    `target` is the release to come, as far as it is known; `shared` says that both work on the
    database of the newer one.
    """
    if not shared:
        raise IncompatibleError(
            f"{target.version} has another database ({target.database_revision}) than "
            f"{release.version} ({release.database_revision}): they cannot work side by side",
            hint=WITHOUT,
        )
    stack = world.bundles.stack(install_of(world, name).stack).having(target.images)
    service = rolled(world, name, release)
    free = {one.name for one in stack.services if one.once or one.image == service.image}
    if others := sorted(_changed(world, name, target) - free):
        raise IncompatibleError(
            f"{', '.join(others)} would have to be started anew as well", hint=WITHOUT
        )


def _changed(world: World, name: str, target: Release) -> frozenset[str]:
    if not _all_known(target.images):
        return frozenset()
    rendering = RenderRelease(
        name,
        install_of(world, name).stack,
        target.number,
        "",
        target.why,
        target.settings,
        target.generations,
        why="to be compared",
        images=target.images,
        version=target.version,
        databases=target.databases,
    )
    return rendering.changed(world)


def _all_known(images: Mapping[str, str]) -> bool:
    """One that is still to be built has no name yet."""
    return all(images.values())

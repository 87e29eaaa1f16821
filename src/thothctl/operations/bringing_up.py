"""Brings a release up and touches no container that is as the release wants it.

Compose, depending on its version, makes anew whatever depends on a service that it makes anew, so
it is given just the services that need it. It also makes anew what was once started alone, without
what it depends on: where nothing needs it, nothing is.
"""

from collections.abc import Sequence

from thothctl.model.install import Install, Release
from thothctl.model.observed import Condition, ObservedContainer
from thothctl.operations.waiting import START_SECONDS, crashes_named
from thothctl.world import World

STOP_SECONDS = 20


def bring_up(
    world: World, install: Install, release: Release, *, seconds: int = START_SECONDS
) -> None:
    """Start what the release has and what does not run as it says; names a service that crashes.

    After `seconds` it raises EndlessError.
    """
    folder = world.installs.release_folder(install.name, release.number)
    needed = outdated(world, install, release)
    with crashes_named(world, install, release.number, seconds=seconds) as watch:
        world.compose.up(folder, needed or (), watch=watch, alone=bool(needed), keep=needed == ())


def bring_up_others(
    world: World, install: Install, release: Release, service: str, *, seconds: int
) -> None:
    """The same for all services but one, which is left to run as it is."""
    needed = tuple(name for name in _unfitting(world, install, release)[0] if name != service)
    folder = world.installs.release_folder(install.name, release.number)
    for container in world.engine.observe(install.uuid).containers:
        if container.service in needed:
            world.engine.retire(container.id, seconds=STOP_SECONDS)
    if needed:
        with crashes_named(world, install, release.number, seconds=seconds) as watch:
            world.compose.add(folder, needed, watch=watch)


def outdated(world: World, install: Install, release: Release) -> tuple[str, ...] | None:
    """The services that are not as the release wants them; None where that is all of them."""
    needed, lasting = _unfitting(world, install, release)
    return needed if lasting else None


def _unfitting(
    world: World, install: Install, release: Release
) -> tuple[tuple[str, ...], frozenset[str]]:
    """The services that are not as the release wants them, and those that are and keep running."""
    observed = world.engine.observe(install.uuid).containers
    stack = world.bundles.stack(install.stack)
    once = {service.name for service in stack.services if service.once}
    names = list(world.bundles.sections(world.installs.rendered(install.name, release.number)))
    settings = stack.complete(release.settings)
    fitting = {
        name
        for name in names
        if _fits(
            release,
            [one for one in observed if one.service == name],
            0 if name in once else int(settings.get(f"services.{name}.replicas", 1)),
        )
    }
    needed = tuple(name for name in names if name not in fitting)
    return needed, frozenset(fitting - once)


def _fits(release: Release, containers: Sequence[ObservedContainer], replicas: int) -> bool:
    """All are of the release, and so many run; of one that runs once, it ended well."""
    if not containers or not all(release.has(one.service, one.release) for one in containers):
        return False
    running = [one for one in containers if one.condition is not Condition.STOPPED]
    if replicas == 0:
        return not running and all(one.exit_code == 0 for one in containers)
    return len(running) == replicas

"""What thothctl knows of an install is written down for Prometheus when it may have changed."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from thothctl.errors import ThothctlError, UsageError
from thothctl.model.address import has_tls, is_watched
from thothctl.model.figures import ContainerFigures, DiskFigures, Figures, exposition
from thothctl.model.install import Install, Release
from thothctl.operations.backup_log import last_drill, newest
from thothctl.operations.recover import unfinished
from thothctl.world import World


def gathered(world: World, install: Install, release: Release) -> Figures:
    """Every figure of now; raises UsageError where nobody watches the install."""
    if not is_watched(release.settings):
        raise UsageError(
            f"{install.name} is not watched",
            hint="run `thothctl setup --mode production --monitoring`",
        )
    return _figures(world, install, release)


def refresh(world: World, name: str) -> None:
    """Write the figures where somebody reads them; a figure never spoils an operation."""
    with suppress(ThothctlError):
        if found := _watched(world, name):
            write(world, _figures(world, *found))


def prepare(world: World, install: Install, release: Release) -> None:
    """Have the file before the container starts that mounts its folder."""
    if is_watched(release.settings):
        write(world, _figures(world, install, release))


def write(world: World, figures: Figures) -> Path:
    """Put them where the service that hands them to Prometheus looks."""
    return world.figures.write(figures.install, exposition(figures))


def _watched(world: World, name: str) -> tuple[Install, Release] | None:
    install, number = world.installs.find(name), world.installs.active(name)
    if install is None or number is None:
        return None
    release = world.installs.release(name, number)
    return (install, release) if is_watched(release.settings) else None


def _figures(world: World, install: Install, release: Release) -> Figures:
    containers: tuple[ContainerFigures, ...] = ()
    disks: tuple[DiskFigures, ...] = ()
    with suppress(ThothctlError):  # an engine that is down is seen by what does not answer
        stack = world.bundles.stack(install.stack)
        lasting = {service.name for service in stack.running_for(release.settings)}
        found = world.engine.figures(install.uuid)
        containers = tuple(one for one in found if one.service in lasting)
        disks = tuple(_disks(world))
    drill = last_drill(world, install.name)
    return Figures(
        install=install.name,
        written_at=world.clock.now(),
        installed_at=datetime.fromisoformat(install.created),
        release=release.number,
        version=release.version,
        backup_at=newest(world, install.name),
        drill_at=drill.at if drill else None,
        drill_good=drill.good if drill else None,
        operation_open=unfinished(world, install.name) is not None,
        certificate_until=_certificate_until(world, install, release),
        containers=containers,
        disks=disks,
    )


def _certificate_until(world: World, install: Install, release: Release) -> datetime | None:
    served = world.certificates.served(install.name) if has_tls(release.settings) else None
    return served.valid_until if served else None


def _disks(world: World) -> Iterator[DiskFigures]:
    """The engine's and thothctl's, as far as this machine sees them."""
    for place in dict.fromkeys((Path(world.engine.facts().root), world.home)):
        free, size = world.host.free_bytes(place), world.host.size_bytes(place)
        if free is not None and size:
            yield DiskFigures(str(place), free, size)

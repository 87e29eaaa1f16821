"""The steps that only an upgrade or a rollback has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from thothctl.errors import NotHealthyError
from thothctl.model.event import Progress
from thothctl.model.install import Install, Release
from thothctl.operations.plan import step
from thothctl.operations.steps import install_of
from thothctl.operations.waiting import await_healthy
from thothctl.world import World

POLL_SECONDS = 1.0
PATIENCE = 10
"""So long a service may be without an answer while it is watched; a crash has no such time."""


@step
@dataclass(frozen=True)
class PullImages:
    """Have every image, by digest and verified, before anything is touched."""

    images: Mapping[str, str]
    why: str
    title: ClassVar[str] = "Images"
    harmless: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        for reference in self.images.values():
            world.images.fetch(reference)

    def undo(self, world: World) -> None:
        """Keep them: images belong to no install and the next try is faster."""


@step
@dataclass(frozen=True)
class Soak:
    """Watch the release under its own load: no restart, and healthy all the time."""

    name: str
    number: int
    seconds: int
    why: str
    title: ClassVar[str] = "Soak"

    def apply(self, world: World) -> None:
        install = install_of(world, self.name)
        release = world.installs.release(self.name, self.number)
        before = _restarts(world, install)
        end = world.clock.monotonic() + self.seconds
        while (left := end - world.clock.monotonic()) > 0:
            world.report(Progress(self.title, f"{left:.0f} s to go"))
            self._look(world, install, release, before)
            world.clock.pause(min(POLL_SECONDS, left))
        self._look(world, install, release, before)

    def _look(
        self, world: World, install: Install, release: Release, before: Mapping[str, int]
    ) -> None:
        """A crash counts at once, also one that a restart has mended already."""
        for container, restarts in _restarts(world, install).items():
            if restarts > before.get(container, 0):
                raise NotHealthyError(
                    f"{container} restarted while release {self.number} was watched",
                    hint="see `thothctl journal show`; the version has a fault: report it",
                )
        await_healthy(world, install, release, seconds=PATIENCE)

    def undo(self, world: World) -> None:
        """Watching leaves nothing behind."""


def _restarts(world: World, install: Install) -> dict[str, int]:
    containers = world.engine.observe(install.uuid).containers
    return {container.name: container.restarts for container in containers}

"""The step that takes migrations back, so that rows written since are kept by an older version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from thothctl.errors import EngineRefusedError
from thothctl.model.setting import SettingValue
from thothctl.operations.plan import step
from thothctl.operations.release_step import RenderRelease
from thothctl.operations.steps import install_of
from thothctl.world import World


@step
@dataclass(frozen=True)
class MigrateDown:
    """Let the newer version take its migrations back, on data that nobody is served from.

    Its files lie in the staging place of `number`, a release that never comes to be.
    """

    name: str
    stack: str
    number: int
    settings: Mapping[str, SettingValue]
    generations: Mapping[str, int]
    databases: Mapping[str, int]
    images: Mapping[str, str]
    version: str
    service: str
    revision: str
    why: str
    goal: int = 0
    """The release that is gone back to; older journals do not say."""
    title: ClassVar[str] = "Migrate down"

    def apply(self, world: World) -> None:
        self._clear(world)
        rendering = RenderRelease(
            self.name,
            self.stack,
            self.number,
            "",
            "rollback",
            self.settings,
            self.generations,
            why=self.why,
            images=self.images,
            version=self.version,
            databases=self.databases,
        )
        files = rendering.files(world, self.images)
        folder = world.installs.stage(self.name, self.number, files)
        words = ("migrate", "--to", self.revision)
        status, said = world.compose.once(folder, self.service, words)
        if status != 0:
            to = f" --to {self.goal}" if self.goal else ""
            raise EngineRefusedError(
                f"{self.version} could not take its migrations back: {said.strip()[-500:]}",
                hint=f"`thothctl rollback{to} --data restore` goes back to the data of then",
            )
        world.installs.discard(self.name, self.number)

    def undo(self, world: World) -> None:
        self._clear(world)
        world.installs.discard(self.name, self.number)

    def _clear(self, world: World) -> None:
        """A try that was killed may still be migrating."""
        world.toolbox.clear(install_of(world, self.name).uuid)

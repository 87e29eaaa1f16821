"""The step that takes migrations back, so that rows written since are kept by an older version."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from thothctl.errors import EndlessError, EngineRefusedError
from thothctl.model.setting import SettingValue
from thothctl.operations.plan import step
from thothctl.operations.release_step import RenderRelease
from thothctl.operations.steps import install_of
from thothctl.operations.waiting import START_SECONDS, ended_by
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
    seconds: int = START_SECONDS
    """Who writes is stopped meanwhile, so it ends within this time, or it has failed."""
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
        status, said = self._migrate(world, folder)
        if status != 0:
            raise EngineRefusedError(
                f"{self.version} could not take its migrations back: {said.strip()[-500:]}",
                hint=self._otherwise,
            )
        world.installs.discard(self.name, self.number)

    def _migrate(self, world: World, folder: Path) -> tuple[int, str]:
        words = ("migrate", "--to", self.revision)
        watch = ended_by(world, install_of(world, self.name), words[0], seconds=self.seconds)
        try:
            return world.compose.once(folder, self.service, words, watch=watch)
        except EndlessError as error:
            told = f"{self.version} did not take its migrations back: {error.message}"
            raise error.worded(told, hint=f"{error.hint}; {self._otherwise}") from error

    @property
    def _otherwise(self) -> str:
        to = f" --to {self.goal}" if self.goal else ""
        return f"`thothctl rollback{to} --data restore` goes back to the data of then"

    def undo(self, world: World) -> None:
        self._clear(world)
        world.installs.discard(self.name, self.number)

    def _clear(self, world: World) -> None:
        """A try that was killed may still be migrating."""
        world.toolbox.clear(install_of(world, self.name).uuid)

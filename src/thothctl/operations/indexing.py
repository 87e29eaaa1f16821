"""Waits for another vector store, or another embedding, to hold what there is to be found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from thothctl.errors import NetworkError
from thothctl.model.event import Note, Progress
from thothctl.model.setting import SettingValue
from thothctl.operations.plan import step
from thothctl.operations.server_health import server_health
from thothctl.operations.steps import install_of
from thothctl.world import World

DECISIVE = ("vector", "embedding_provider", "embedding_model", "embedding_base_url")
CHECK = "vector"
POLL_SECONDS = 1.0


@step
@dataclass(frozen=True)
class AwaitIndexed:
    """Show how far the index is; the server goes on with it whoever waits."""

    name: str
    number: int
    seconds: int
    why: str
    title: ClassVar[str] = "Index"

    def apply(self, world: World) -> None:
        install = install_of(world, self.name)
        release = world.installs.release(self.name, self.number)
        deadline = world.clock.monotonic() + self.seconds
        while True:
            try:
                checks = server_health(world, install, release)
            except NetworkError:
                checks = ()
            found = next((check for check in checks if check.name == CHECK), None)
            if (checks and not found) or (found and found.ok and not found.is_degraded):
                return
            if found:
                world.report(Progress("index", found.detail))
            if world.clock.monotonic() >= deadline:
                break
            world.clock.pause(POLL_SECONDS)
        world.report(Note("Indexing goes on in the background; `thothctl health` says how far."))

    def undo(self, world: World) -> None:
        """The server follows whatever store and embedding its settings name."""


def needs_index(before: Mapping[str, SettingValue], now: Mapping[str, SettingValue]) -> bool:
    """Vectors that are there are not those that will be looked for."""
    return any(before.get(key) != now.get(key) for key in DECISIVE)

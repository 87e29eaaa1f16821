"""Steps that store and remove a secret; its value lies ready in a file and is in no plan."""

from dataclasses import dataclass
from typing import ClassVar

from thothctl.operations.plan import step
from thothctl.world import World


@step
@dataclass(frozen=True)
class ReplaceSecret:
    """Store the offered value; `had` says whether there was one before."""

    name: str
    secret: str
    had: bool
    why: str
    title: ClassVar[str] = "Key"

    def apply(self, world: World) -> None:
        world.installs.take_secret(self.name, self.secret)

    def undo(self, world: World) -> None:
        world.installs.put_back_secrets(self.name)
        if not self.had:
            world.installs.forget_secret(self.name, self.secret)


@step
@dataclass(frozen=True)
class RemoveSecret:
    """Store a secret no longer, once nothing that runs uses it."""

    name: str
    secret: str
    why: str
    title: ClassVar[str] = "Remove key"

    def apply(self, world: World) -> None:
        world.installs.drop_secret(self.name, self.secret)

    def undo(self, world: World) -> None:
        world.installs.put_back_secrets(self.name)

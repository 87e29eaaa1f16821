"""Generations of stores: the next one is built beside the one that is served."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from thothctl.errors import (
    EngineRefusedError,
    NameInUseError,
    NoSpaceError,
    tells_no_space,
)
from thothctl.model.install import LABEL_MADE_BY, Install, Release
from thothctl.operations.growing import seen_growing, volume_bytes
from thothctl.operations.plan import step
from thothctl.operations.steps import install_of
from thothctl.world import World
from thothctl.world.backups import Mount, Task

FROM, TO = "/from", "/to"


@step
@dataclass(frozen=True)
class FreshGeneration:
    """Create the empty volume of a store's next generation; `mark` tells whose volume it is.

    It stands for the folder `place`, if data has one.
    """

    name: str
    store: str
    number: int
    mark: str
    place: str
    why: str
    title: ClassVar[str] = "New generation"
    harmless: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        install = install_of(world, self.name)
        volume = install.volume(self.store, self.number)
        labels = world.engine.volume_labels(volume)
        if labels is None:
            own = install.volume_labels(self.store, self.number)
            version = world.compose.version()
            made = {**own, **_as_compose(install, self.store, version), LABEL_MADE_BY: self.mark}
            world.engine.create_volume(volume, made, place=self.place)
        elif labels.get(LABEL_MADE_BY) != self.mark:
            raise NameInUseError(
                f"the volume {volume} is there already", hint="run the command again"
            )

    def undo(self, world: World) -> None:
        """Only what this very operation made, and no release but the one to come points at."""
        install = world.installs.find(self.name)
        if install is None:
            return
        volume = install.volume(self.store, self.number)
        labels = world.engine.volume_labels(volume) or {}
        active = world.installs.active(self.name) or 0
        been = [r for r in world.installs.releases(self.name) if r.number <= active]
        served = any(release.generations.get(self.store) == self.number for release in been)
        if labels.get(LABEL_MADE_BY) == self.mark and not served:
            world.toolbox.clear(install.uuid)  # a task that was cut off would hold it
            world.engine.remove_volumes(install.uuid, [volume])


@step
@dataclass(frozen=True)
class CloneGeneration:
    """Copy a store's data from one generation to a fresh one, while nobody writes to it."""

    name: str
    store: str
    source: int
    number: int
    why: str
    title: ClassVar[str] = "Copy"
    momentary: ClassVar[bool] = True
    copies: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        install = install_of(world, self.name)
        world.toolbox.clear(install.uuid)  # a try that was killed may still be copying
        mounts = (
            Mount(install.volume(self.store, self.source), FROM),
            Mount(install.volume(self.store, self.number), TO, writable=True),
        )
        task = Task(install.uuid, "clone", ("thoth-clone", FROM, TO), mounts)
        before, after = mounts[0].source, mounts[1].source
        with seen_growing(
            world,
            self.store,
            "copying",
            lambda: volume_bytes(world, install.uuid, after),
            lambda: volume_bytes(world, install.uuid, before),
        ):
            ended = world.toolbox.run(task)
        if tells_no_space(ended.said):
            raise NoSpaceError(
                f"no space left to copy the data of {self.store}",
                hint="free some space where Docker keeps its volumes, then run the command again",
            )
        if not ended.good:
            raise EngineRefusedError(
                f"the data of {self.store} could not be copied: {ended.said}",
                hint="look at the space that is left for Docker's volumes",
            )

    def undo(self, world: World) -> None:
        """The copy goes with its generation."""


def next_generation(
    install: Install, store: str, releases: Iterable[Release], volumes: Iterable[str]
) -> int:
    """A number that no release and no volume of this store has had."""
    start = install.volume(store, 0).removesuffix("0")
    ends = (volume.removeprefix(start) for volume in volumes if volume.startswith(start))
    there = [int(end) for end in ends if end.isdigit()]
    recorded = [r.generations[store] for r in releases if store in r.generations]
    return max([*there, *recorded], default=0) + 1


def _as_compose(install: Install, store: str, version: str) -> Mapping[str, str]:
    """The labels that Compose gives, so that it takes the volume for its own."""
    return {
        "com.docker.compose.project": install.project,
        "com.docker.compose.volume": store,
        "com.docker.compose.version": version,
    }

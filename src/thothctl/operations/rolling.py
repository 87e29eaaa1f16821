"""Exchanges the containers of a service one by one, while the others answer.

Whoever shares requests out asks for the service's name again every two seconds, goes on to the
next address when one refuses, and so needs no word of what is exchanged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from thothctl.errors import NotHealthyError
from thothctl.model.event import Progress
from thothctl.model.install import LABEL_TASK, Install, Release
from thothctl.model.observed import Condition, ObservedContainer
from thothctl.operations.bringing_up import bring_up_others
from thothctl.operations.plan import step
from thothctl.operations.steps import install_of
from thothctl.operations.waiting import START_SECONDS, await_healthy, await_replicas, crashes_named
from thothctl.world import World

KNOWN_SECONDS = 3.0
"""After so long everybody who asks for the service's name has been told of a new container."""
DRAIN_SECONDS = 60
"""So long a container may take to end what it was asked before."""
BACK_SECONDS = 120
POLL_SECONDS = 0.5
LAST_LINES = 12


@step
@dataclass(frozen=True)
class TryReplica:
    """Start one container of the release that nobody finds, and see it become healthy."""

    name: str
    number: int
    service: str
    seconds: int
    why: str
    title: ClassVar[str] = "Trial"

    def apply(self, world: World) -> None:
        self.undo(world)
        install = install_of(world, self.name)
        folder = world.installs.release_folder(self.name, self.number)
        world.compose.aside(folder, self.service, f"{install.project}-trial", self._labels)
        deadline = world.clock.monotonic() + self.seconds
        while not self._answers(world, install, late=world.clock.monotonic() >= deadline):
            world.clock.pause(POLL_SECONDS)
        self.undo(world)

    @property
    def _labels(self) -> dict[str, str]:
        return {LABEL_TASK: "trial"}

    def _answers(self, world: World, install: Install, *, late: bool) -> bool:
        found = world.engine.task(install.uuid, self._labels[LABEL_TASK])
        condition = found.condition if found else Condition.STOPPED
        world.report(Progress(self.title, condition.value))
        if condition in {Condition.HEALTHY, Condition.RUNNING}:
            return True
        if late or condition is not Condition.STARTING:
            lines = world.engine.logs(found.id, tail=LAST_LINES) if found else ()
            said = "".join(f"\n  {self.service} | {line.text}" for line in lines)
            raise NotHealthyError(
                f"{self.service} of release {self.number} does not become healthy: it is "
                f"{condition.value}{said}",
                hint="what runs was not touched; see `thothctl journal show`",
            )
        return False

    def undo(self, world: World) -> None:
        """Nobody asked it anything, so nothing has to be waited for."""
        install = install_of(world, self.name)
        while found := world.engine.task(install.uuid, self._labels[LABEL_TASK]):
            world.engine.retire(found.id, seconds=1)


@step
@dataclass(frozen=True)
class StartOthers:
    """Start what of the release is new, except the service whose containers are exchanged."""

    name: str
    number: int
    previous: int
    service: str
    seconds: int
    why: str
    title: ClassVar[str] = "Start"

    @property
    def starts(self) -> str:
        return str(self.number)

    def apply(self, world: World) -> None:
        self._bring(world, self.number, self.seconds)

    def undo(self, world: World) -> None:
        """The others of before answer again, before anything goes on that counts on them."""
        before = self._bring(world, self.previous, START_SECONDS)
        await_healthy(world, install_of(world, self.name), before, seconds=BACK_SECONDS)

    def _bring(self, world: World, number: int, seconds: int) -> Release:
        release = world.installs.release(self.name, number)
        install = install_of(world, self.name)
        bring_up_others(world, install, release, self.service, seconds=seconds)
        return release


@step
@dataclass(frozen=True)
class ExchangeReplicas:
    """Containers of the release for those of before, one by one; owns the way back."""

    name: str
    number: int
    previous: int
    service: str
    seconds: int
    why: str
    title: ClassVar[str] = "Exchange"

    @property
    def starts(self) -> str:
        return str(self.number)

    def apply(self, world: World) -> None:
        self._exchange(world, self.number, self.seconds)

    def undo(self, world: World) -> None:
        self._exchange(world, self.previous, max(self.seconds, BACK_SECONDS))

    def _exchange(self, world: World, number: int, seconds: int) -> None:
        """Look, do one thing, look again: so it goes on from wherever it was cut off."""
        install = install_of(world, self.name)
        release = world.installs.release(self.name, number)
        wanted = replicas(world, install, release, self.service)
        while True:
            fitting, others = self._found(world, install, release)
            if leaving := _leaving(fitting, others, wanted):
                if leaving.is_up:
                    await_replicas(world, install, release, self.service, seconds=seconds)
                world.report(Progress(self.title, f"{leaving.name} ends what it is about"))
                world.engine.retire(leaving.id, seconds=DRAIN_SECONDS)
            elif len(fitting) < wanted:
                self._add(world, install, release, len(fitting) + len(others) + 1)
                await_replicas(world, install, release, self.service, seconds=seconds)
                world.clock.pause(KNOWN_SECONDS)
            else:
                return await_replicas(world, install, release, self.service, seconds=seconds)

    def _found(
        self, world: World, install: Install, release: Release
    ) -> tuple[list[ObservedContainer], list[ObservedContainer]]:
        every = world.engine.observe(install.uuid).containers
        mine = [one for one in every if one.service == self.service]
        fitting = [one for one in mine if release.has(one.service, one.release)]
        return fitting, [one for one in mine if one not in fitting]

    def _add(self, world: World, install: Install, release: Release, count: int) -> None:
        folder = world.installs.release_folder(self.name, release.number)
        with crashes_named(world, install, release.number) as watch:
            alone = release.number == self.previous  # the way back depends on nothing else
            world.compose.add(folder, (self.service,), count=count, watch=watch, alone=alone)


def _leaving(
    fitting: Sequence[ObservedContainer], others: Sequence[ObservedContainer], wanted: int
) -> ObservedContainer | None:
    """Who goes next: what serves nobody first, and of the others one when there is one too many."""
    stopped = [one for one in (*fitting, *others) if one.condition is Condition.STOPPED]
    sick = [one for one in others if not one.is_up and fitting]
    spare = [*others, *fitting[wanted:]] if fitting else []
    room = len(fitting) + len(others) > wanted
    return next(iter((*stopped, *sick, *(spare if room else ()))), None)


def replicas(world: World, install: Install, release: Release, service: str) -> int:
    """How many containers of a service the release has."""
    settings = world.bundles.stack(install.stack).complete(release.settings)
    return int(settings.get(f"services.{service}.replicas", 1))

"""A hand-made Compose project, copied into generation 1 of a new install; the project stays."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import ClassVar

from thothctl.errors import IntegrityError
from thothctl.model.event import Note
from thothctl.model.install import Install
from thothctl.model.setting import SettingValue
from thothctl.model.stack import SaveKind, Stack, Store
from thothctl.operations import steps
from thothctl.operations.adopt_dump import Counts, Moment
from thothctl.operations.backup_postgres import COUNTS
from thothctl.operations.generations import FROM, TO, FreshGeneration
from thothctl.operations.loading import STAGED, counts_of, refuse
from thothctl.operations.outer_steps import provide
from thothctl.operations.outside import DATA, Project, project_of
from thothctl.operations.plan import Plan, Step, step
from thothctl.operations.release_step import RenderRelease
from thothctl.operations.restore import live
from thothctl.operations.restore_new import NewInstall, certificate
from thothctl.operations.restore_steps import image_of
from thothctl.operations.steps import install_of
from thothctl.operations.taking_in import IMPORTING, KIND, own_volume
from thothctl.world import World
from thothctl.world.backups import Mount, Task


@step
@dataclass(frozen=True)
class CopyProject:
    """Copy all data at one point, while the project's server is held still for that time."""

    name: str
    project: str
    settings: Mapping[str, SettingValue]
    pause_seconds: int
    why: str
    title: ClassVar[str] = "Copy"

    def apply(self, world: World) -> None:
        install, project = install_of(world, self.name), project_of(world, self.project)
        world.toolbox.clear(install.uuid)  # a try that was killed may still be copying
        stack = world.bundles.stack(install.stack)
        stores = stack.stores_for(self.settings)
        for store in stores:
            volume, image = install.volume(store.name, 1), image_of(world, stack, store)
            own_volume(world, install, volume, image, store.path)
        with ExitStack() as connected:
            server = project.database
            moment = Moment(world, server, connected) if server else None
            with self._held(world, project):
                if moment:
                    moment.take()
                for volume in (install.volume(s.name, 1) for s in stores if _is_files(s)):
                    _copy_files(world, install, project, volume)
            for store in stores:
                if moment and store.saved_as is SaveKind.POSTGRES:
                    counted = moment.dump(install, install.volume(store.name, 1))
                    _load(world, stack, install, store, counted)

    @contextmanager
    def _held(self, world: World, project: Project) -> Iterator[None]:
        """What the body reads or notes is of one moment."""
        if not project.writers:
            yield
            return
        with world.writers.held(project.writers, seconds=self.pause_seconds) as hold:
            yield
        if hold.expired:
            raise IntegrityError(
                f"copying took more than {self.pause_seconds} s, so {self.project} went on",
                hint="give --longest-pause more seconds; nothing was kept",
            )
        world.report(Note(f"{self.project} was paused for {hold.milliseconds} ms"))

    def undo(self, world: World) -> None:
        """What was copied goes with its generation; a task that was cut off goes now."""
        if install := world.installs.find(self.name):
            world.toolbox.clear(install.uuid)


def _is_files(store: Store) -> bool:
    return store.saved_as is SaveKind.SQLITE


def _copy_files(world: World, install: Install, project: Project, volume: str) -> None:
    mounts = (Mount(project.server.mounts[DATA], FROM), Mount(volume, TO, writable=True))
    task = Task(install.uuid, KIND, ("thoth-take", FROM, TO), mounts)
    refuse(world.toolbox.run(task), volume, *IMPORTING)


def _load(world: World, stack: Stack, install: Install, store: Store, counted: Counts) -> None:
    mount = Mount(install.volume(store.name, 1), store.path, writable=True)
    words = ("thoth-load", f"{store.path}/{STAGED}", COUNTS)
    image = image_of(world, stack, store)
    said: list[bytes] = []
    task = Task(install.uuid, KIND, words, (mount,), image=image, own_user=True)
    refuse(world.toolbox.run(task, into=said.append), store.name, *IMPORTING)
    if counts_of(b"".join(said).decode()) != counted:
        raise IntegrityError(
            f"{store.name} came out with other numbers of rows than it had there",
            hint="stop whoever else writes to that database, then adopt it again",
        )


def plan_adopting(name: str, project: Project, made: NewInstall, limits: tuple[int, int]) -> Plan:
    """A new install on copies; `limits` are the seconds of the pause and until it is healthy."""
    reference, settings = made.stack.folder or made.stack.name, made.settings
    numbers = {store.name: 1 for store in made.stack.stores_for(settings)}
    rendering = RenderRelease(
        name,
        reference,
        1,
        made.now,
        KIND,
        settings,
        numbers,
        why="files that Compose accepts, before anything starts",
    )
    own = "a label of its own on everything it creates"
    begin = (
        *provide(reference, settings, {}),
        steps.CreateInstall(name, made.uuid, reference, made.now, why=own),
        steps.GenerateSecrets(name, reference, settings, why="no default passwords"),
        steps.SaveSettings(name, settings, None, why="what the project says of itself"),
        *_fresh(name, made, numbers),
        CopyProject(
            name, project.name, settings, limits[0], why=f"{project.name} is read, and goes on"
        ),
        *certificate(name, made),
        rendering,
    )
    goal = f"adopt {project.name} as {name}"
    return Plan(goal, KIND, name, (*begin, *live(name, 1, None, limits[1])))


def _fresh(name: str, made: NewInstall, numbers: Mapping[str, int]) -> tuple[Step, ...]:
    return tuple(
        FreshGeneration(name, store, number, made.mark, "", why=f"{store}, still empty")
        for store, number in numbers.items()
    )

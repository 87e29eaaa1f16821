"""From one PostgreSQL to another: the data of a store moves into a fresh generation of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import ClassVar

from thothctl.errors import EngineRefusedError, IncompatibleError, IntegrityError
from thothctl.model.event import Note, Progress
from thothctl.model.install import Install, Release
from thothctl.model.observed import OfferedImage
from thothctl.model.stack import SaveKind, Stack, Store
from thothctl.operations.cloning import (
    Carried,
    Origin,
    as_it_is,
    carried,
    fresh_generation,
    room_beside,
    stop_writers,
)
from thothctl.operations.clusters import (
    clusters_in,
    image_name,
    image_of,
    left_by,
    major_of,
    refuse_moved_path,
    refuse_other_cluster,
)
from thothctl.operations.database_steps import superuser_secret
from thothctl.operations.databases import MAINTENANCE, server_of, sizes, told
from thothctl.operations.generations import next_generation
from thothctl.operations.growing import seen_growing, volume_bytes
from thothctl.operations.loading import PLACE, STAGED, refuse
from thothctl.operations.outer_steps import folder_steps
from thothctl.operations.plan import Step, step
from thothctl.operations.room import Copy, refuse_full
from thothctl.operations.running import active, server_up
from thothctl.operations.steps import install_of
from thothctl.operations.survey import SURVEY, differences
from thothctl.world import World
from thothctl.world.backups import Mount, Task

SECRET = "/run/secrets/superuser"  # noqa: S105 - a place
TWICE = 2
"""The dump lies beside what is made of it."""


@dataclass(frozen=True, slots=True)
class Move:
    """A store whose data is of another PostgreSQL than the image that is to serve it."""

    store: Store
    before: str
    after: str
    image: str


def moves_to(
    world: World,
    install: Install,
    release: Release,
    images: Mapping[str, OfferedImage],
    before: Mapping[str, OfferedImage] = MappingProxyType({}),
) -> tuple[Move, ...]:
    """Read off the volumes what has to move; raises IncompatibleError where nothing fits.

    `before` is what a version on the way consists of that will have moved its data by then.
    """
    stack = world.bundles.stack(install.stack).having(release.images)
    found = []
    for store in stack.stores_for(release.settings):
        name = image_name(stack, store, release)
        offered = images.get(name)
        if offered is None:
            continue
        called = offered.reference.partition("@")[0] or name
        refuse_moved_path(store, offered, called)
        if store.saved_as is SaveKind.POSTGRES and (wanted := major_of(offered)):
            volume = install.volume(store.name, release.generations[store.name])
            here = clusters_in(world, install, volume, image_of(stack, store, release))
            there = left_by(store, before.get(name), here)
            other = next((one.major for one in there), wanted)
            if other == wanted:
                refuse_other_cluster(store, there, offered, volume)
            elif int(other) > int(wanted):
                raise _older(called, other, wanted)
            else:
                found.append(Move(store, other, wanted, offered.reference))
    return tuple(found)


def _older(called: str, before: str, after: str) -> IncompatibleError:
    return IncompatibleError(
        f"{called} runs PostgreSQL {after}, and the data is of PostgreSQL {before}: there is no "
        "way back for it",
        hint="nothing was changed; `thothctl rollback` goes back to an earlier release's data",
    )


def moved(world: World, seen: Origin, moves: Sequence[Move], *, migrates: bool) -> Carried:
    """A fresh generation for each; what a migration changes besides is copied as ever."""
    stores = frozenset(one.store.name for one in moves)
    why = "migrations work on a copy; what is served now stays as it is"
    rest = carried(world, replace(seen, moved=stores), why) if migrates else as_it_is(seen.release)
    copies = tuple(_copy(world, seen, one) for one in moves)
    refuse_full((*rest.copies, *copies))
    fresh = {one.name: one.number for one in copies}
    settings, images = seen.release.settings, seen.release.images
    return Carried(
        {**rest.generations, **fresh},
        rest.databases,
        (
            *(rest.steps or (stop_writers(seen),)),
            *folder_steps(seen.install.name, seen.install.stack, settings, fresh, images),
            *(s for m, c in zip(moves, copies, strict=True) for s in _steps(world, seen, m, c)),
        ),
        (*rest.copies, *copies),
    )


def _copy(world: World, seen: Origin, move: Move) -> Copy:
    server = server_of(world, seen.install, move.store.service)
    name, source = move.store.name, seen.release.generations[move.store.name]
    number = next_generation(seen.install, name, seen.releases, seen.volumes)
    size = TWICE * sum(sizes(world, server).values())
    return Copy(name, source, number, size, room_beside(world, seen, name))


def _steps(world: World, seen: Origin, move: Move, copy: Copy) -> tuple[Step, ...]:
    server = server_of(world, seen.install, move.store.service)
    databases = _moving(world, server, seen.stack, seen.release, copy.name)
    return (
        fresh_generation(seen, copy),
        MoveCluster(
            seen.install.name,
            copy.name,
            copy.number,
            move.store.service,
            move.store.path,
            move.image,
            superuser_secret(seen.stack),
            databases,
            why=f"the data of PostgreSQL {move.before} is loaded into PostgreSQL {move.after}",
        ),
    )


def _moving(
    world: World, server: str, stack: Stack, release: Release, store: str
) -> tuple[str, ...]:
    """What is served, and what is the user's own: all but copies that were left."""
    known = [
        (one, release.databases.get(one.name, 1)) for one in stack.databases if one.store == store
    ]
    names = sorted(sizes(world, server).keys() - {MAINTENANCE})
    return tuple(name for name in names if not any(one.left(name, n) for one, n in known))


@step
@dataclass(frozen=True)
class MoveCluster:
    """Dump a server that runs with the clients of the next one, and load it into its volume."""

    name: str
    store: str
    number: int
    service: str
    path: str
    image: str
    secret: str
    databases: tuple[str, ...]
    why: str
    title: ClassVar[str] = "Move"
    momentary: ClassVar[bool] = True
    copies: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        """A try that was killed may still be dumping, or have a server on the very volume."""
        install = install_of(world, self.name)
        world.toolbox.clear(install.uuid)
        server = server_up(world, install, self.service)
        self._refuse_new(world, server)
        before = {name: told(world, server, SURVEY, name) for name in self.databases}
        self._emptied(world, install)
        self._seen(world, "dumping the databases", self._dump(world, install, server))
        argv = ("thoth-load", f"{self.path}/{STAGED}", SURVEY)
        task = Task(install.uuid, "upgrade", argv, (self._mount(install),), image=self.image,
                    own_user=True)  # fmt: skip
        after = _by_database(self._seen(world, "loading the databases", task))
        for name, found in before.items():
            self._compare(world, name, json.loads(found), after.get(name, {}))

    def _refuse_new(self, world: World, server: str) -> None:
        """Raise where somebody made a database that nobody planned to move."""
        current = active(world, self.name)
        stack = world.bundles.stack(current.install.stack).having(current.release.images)
        moving = _moving(world, server, stack, current.release, self.store)
        if new := sorted(set(moving) - set(self.databases)):
            raise IncompatibleError(
                f"the database {', '.join(new)} came in between", hint="run the command again"
            )

    def _emptied(self, world: World, install: Install) -> None:
        """A try that was cut off may have left something; the folder is the image's user's."""
        task = Task(install.uuid, "upgrade", ("true",), (self._mount(install),), image=self.image,
                    own_user=True)  # fmt: skip
        self._run(world, task)
        mount = Mount(install.volume(self.store, self.number), PLACE, writable=True)
        argv = ("find", PLACE, "-mindepth", "1", "-delete")
        self._run(world, Task(install.uuid, "upgrade", argv, (mount,)))

    def _dump(self, world: World, install: Install, server: str) -> Task:
        secret = Mount(str(world.installs.secret_path(self.name, self.secret)), SECRET)
        argv = ("thoth-dump", f"{self.path}/{STAGED}", SECRET, *self.databases)
        mounts, network = (self._mount(install), secret), f"container:{server}"
        return Task(install.uuid, "upgrade", argv, mounts, network, self.image, own_user=True)

    def _mount(self, install: Install) -> Mount:
        return Mount(install.volume(self.store, self.number), self.path, writable=True)

    def _seen(self, world: World, status: str, task: Task) -> str:
        """What the task said; how much there is in the volume is told meanwhile."""
        world.report(Progress(self.store, status))
        volume = install_of(world, self.name).volume(self.store, self.number)
        look = partial(volume_bytes, world, task.install, volume)
        with seen_growing(world, self.store, status, look):
            return self._run(world, task)

    def _run(self, world: World, task: Task) -> str:
        said: list[bytes] = []
        refuse(world.toolbox.run(task, into=said.append), self.store, "upgrade", "moved")
        return b"".join(said).decode()

    def _compare(
        self, world: World, name: str, before: Mapping[str, object], after: Mapping[str, object]
    ) -> None:
        if wrong := differences(before, after):
            raise IntegrityError(
                f"{name} came out otherwise than it was: {', '.join(wrong)}",
                hint="nothing of the running system was changed; report this",
            )
        if before.get("sorted") != after.get("sorted"):
            said = f"{name} is sorted by {after.get('sorted')} now, by {before.get('sorted')} then"
            world.report(Note(f"{said}; its indexes were made anew"))

    def undo(self, world: World) -> None:
        """What was loaded goes with its generation; a task that was cut off goes now."""
        if install := world.installs.find(self.name):
            world.toolbox.clear(install.uuid)


def _by_database(text: str) -> Mapping[str, Mapping[str, object]]:
    found = {}
    for line in text.splitlines():
        name, tab, survey = line.partition("\t")
        if not tab:
            raise EngineRefusedError(
                f"the new server answered {line[:200]!r}", hint="report this; nothing was changed"
            )
        found[name] = json.loads(survey)
    return found

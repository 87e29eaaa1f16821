"""What a migration changes: what it takes to copy it first, and the steps that do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from thothctl.errors import EngineRefusedError, IncompatibleError
from thothctl.model.install import Install, Release
from thothctl.model.stack import Database, Stack, Store
from thothctl.operations.clone_steps import CloneDatabase, StopServices
from thothctl.operations.databases import server_of, sizes
from thothctl.operations.generations import CloneGeneration, FreshGeneration, next_generation
from thothctl.operations.outer_steps import folder_steps
from thothctl.operations.plan import Step
from thothctl.operations.room import NOTHING, Copy, Otherwise, Room, refuse_full
from thothctl.world import World
from thothctl.world.backups import Mount, Task


@dataclass(frozen=True, slots=True)
class Carried:
    """The data that a release to come works on; `steps` bring it there, `after` look at it."""

    generations: Mapping[str, int]
    databases: Mapping[str, int]
    steps: tuple[Step, ...] = ()
    copies: tuple[Copy, ...] = ()
    after: tuple[Step, ...] = ()

    @property
    def bytes(self) -> int:
        return sum(one.bytes for one in self.copies)


def as_it_is(release: Release) -> Carried:
    """The same data as the release has."""
    return Carried(release.generations, release.databases)


@dataclass(frozen=True, slots=True)
class Origin:
    """The data that is served, and everything that was; `mark` names the operation's own copies."""

    install: Install
    release: Release
    stack: Stack
    releases: tuple[Release, ...]
    mark: str
    volumes: tuple[str, ...] = ()
    databases: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By store, every database of its server with its bytes."""
    moved: frozenset[str] = frozenset()
    """Stores that get a new generation anyway: their databases need no copy."""
    otherwise: Otherwise = NOTHING


def origin(
    world: World, install: Install, release: Release, otherwise: Otherwise = NOTHING
) -> Origin:
    """Look at what is there; changes nothing."""
    stack = world.bundles.stack(install.stack).having(release.images)
    found = {
        one.store: sizes(world, server_of(world, install, service_of(stack, one.store)))
        for one in stack.databases_for(release.settings)
    }
    return Origin(
        install,
        release,
        stack,
        world.installs.releases(install.name),
        world.entropy.uuid(),
        world.engine.observe(install.uuid).volumes,
        found,
        otherwise=otherwise,
    )


def carried(world: World, seen: Origin, why: str) -> Carried:
    """Copies of all that migrations change; raises where they do not fit or nothing is in reach."""
    databases = tuple(_database(world, seen, one) for one in _databases(seen))
    volumes = tuple(_volume(world, seen, one) for one in _volumes(seen))
    copies = (*databases, *volumes)
    if not (copies or seen.moved):
        raise IncompatibleError(
            "its migrations change a database that is not part of the stack, so it cannot be "
            "copied first",
            hint=seen.otherwise.outside,
        )
    refuse_full(copies, seen.otherwise)
    return Carried(
        {**seen.release.generations, **{one.name: one.number for one in volumes}},
        {**seen.release.databases, **{one.name: one.number for one in databases}},
        (stop_writers(seen), *_steps(seen, databases, volumes, why)),
        copies,
    )


def _databases(seen: Origin) -> tuple[Database, ...]:
    every = seen.stack.databases_for(seen.release.settings)
    return tuple(one for one in every if one.store not in seen.moved)


def _volumes(seen: Origin) -> tuple[Store, ...]:
    return seen.stack.migrated_for(seen.release.settings)


def _database(world: World, seen: Origin, one: Database) -> Copy:
    """A number that no release and no database of the server has had."""
    source, there = seen.release.databases.get(one.name, 1), seen.databases[one.store]
    numbers = [n for name in there if (n := one.generation(name))]
    recorded = [release.databases.get(one.name, 1) for release in seen.releases]
    room = room_beside(world, seen, one.store)
    return Copy(one.name, source, max([*numbers, *recorded]) + 1, there[one.called(source)], room)


def _volume(world: World, seen: Origin, store: Store) -> Copy:
    number = next_generation(seen.install, store.name, seen.releases, seen.volumes)
    words, volume = ("thoth-tree", "size", "/volume"), _mount(seen, store.name)
    size = json.loads(_said(world, Task(seen.install.uuid, "look", words, (volume,))))
    return Copy(
        store.name,
        seen.release.generations[store.name],
        number,
        int(size["bytes"]),
        room_beside(world, seen, store.name),
    )


def room_beside(world: World, seen: Origin, store: str) -> Room:
    """Where a store's volume lies, and what is left there."""
    words = ("df", "--block-size=1", "--output=source,avail", "/volume")
    said = _said(world, Task(seen.install.uuid, "look", words, (_mount(seen, store),)))
    place, _, free = (said.strip().splitlines() or [""])[-1].rpartition(" ")
    return Room(place.strip(), int(free) if free.isdecimal() else None)


def _mount(seen: Origin, store: str) -> Mount:
    return Mount(seen.install.volume(store, seen.release.generations[store]), "/volume")


def _said(world: World, task: Task) -> str:
    said: list[bytes] = []
    ended = world.toolbox.run(task, into=said.append)
    if not ended.good:
        raise EngineRefusedError(
            f"the data could not be measured: {ended.said}", hint="see `thothctl doctor`"
        )
    return b"".join(said).decode()


def stop_writers(seen: Origin) -> Step:
    """Those that write end before anything is copied."""
    why = "nobody writes to what is copied; nothing of it is lost"
    services = writers(seen.stack, seen.release)
    return StopServices(seen.install.name, seen.release.number, services, why=why)


def writers(stack: Stack, release: Release) -> tuple[str, ...]:
    """Who changes data that is about to be copied; all but the servers where nobody is named."""
    running, settings = stack.running_for(release.settings), release.settings
    servers = {service_of(stack, one.store) for one in stack.databases_for(settings)}
    named = {one.name for one in running if one.writes}
    named |= {store.service for store in stack.migrated_for(settings)}
    chosen = named or {one.name for one in running}
    return tuple(one.name for one in running if one.name in chosen - servers)


def service_of(stack: Stack, store: str) -> str:
    """Whose data it is."""
    return next(one.service for one in stack.stores if one.name == store)


def _steps(
    seen: Origin, databases: Sequence[Copy], volumes: Sequence[Copy], why: str
) -> tuple[Step, ...]:
    name, settings = seen.install.name, seen.release.settings
    known = {one.name: one for one in seen.stack.databases}
    fresh = {one.name: one.number for one in volumes}
    return (
        *folder_steps(name, seen.install.stack, settings, fresh, seen.release.images),
        *(_clone_database(seen, known[one.name], one, why) for one in databases),
        *(step for one in volumes for step in _clone_volume(seen, one, why)),
    )


def _clone_database(seen: Origin, one: Database, copy: Copy, why: str) -> Step:
    return CloneDatabase(
        seen.install.name,
        service_of(seen.stack, one.store),
        one.called(copy.source),
        one.called(copy.number),
        seen.mark,
        why=why,
    )


def _clone_volume(seen: Origin, copy: Copy, why: str) -> tuple[Step, ...]:
    own = seen.install.name
    return (
        fresh_generation(seen, copy),
        CloneGeneration(own, copy.name, copy.source, copy.number, why=why),
    )


def fresh_generation(seen: Origin, copy: Copy) -> Step:
    """The empty volume that a copy goes into."""
    root = str(seen.release.settings.get("data_dir", ""))
    place = seen.install.place(root, copy.name, copy.number) if root else ""
    why = f"{copy.name} is copied beside what is served"
    return FreshGeneration(seen.install.name, copy.name, copy.number, seen.mark, place, why=why)

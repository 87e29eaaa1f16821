"""Volumes that others packed: each into a fresh generation of the store that it belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from thothctl.errors import IncompatibleError, InvalidInputError, NoSpaceError, UsageError
from thothctl.model.event import Note
from thothctl.model.install import Install
from thothctl.model.setting import SettingValue
from thothctl.model.stack import SaveKind, Stack, Store
from thothctl.operations.adopt_script import SCRIPT
from thothctl.operations.backup_postgres import COUNTS
from thothctl.operations.generations import FreshGeneration
from thothctl.operations.known_databases import refuse_strange
from thothctl.operations.loading import PLACE, refuse
from thothctl.operations.outer_steps import folder_steps, provide
from thothctl.operations.plan import Plan, Step, step
from thothctl.operations.release_step import RenderRelease
from thothctl.operations.restore import IMPORT, Present, live
from thothctl.operations.restore_gates import GIB, RESERVE, free_bytes
from thothctl.operations.restore_steps import StopWriters, image_of
from thothctl.operations.steps import install_of
from thothctl.world import World
from thothctl.world.backups import Mount, Task
from thothctl.world.outsiders import VolumeTar

KIND = IMPORT
MAJOR = "17"
"""Of PostgreSQL: the only one whose files our image reads."""
IMPORTING = ("import", "imported")
TABLES_HINT = (
    "if its tables are what you want, write each as CSV there (psql: \\copy TABLE TO FILE CSV"
    " HEADER), and give their folder to `thothctl import-bird`"
)


@step
@dataclass(frozen=True)
class TakeVolume:
    """Unpack a tar of somebody's volume into a fresh generation and look through it."""

    name: str
    store: str
    number: int
    tar: str
    folder: str
    settings: Mapping[str, SettingValue]
    why: str
    title: ClassVar[str] = "Take in"
    harmless: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        install = install_of(world, self.name)
        world.toolbox.clear(install.uuid)  # a try that was killed may still be unpacking
        stack = world.bundles.stack(install.stack)
        store = next(s for s in stack.stores_for(self.settings) if s.name == self.store)
        volume, image = install.volume(self.store, self.number), self._image(world, stack, store)
        own_volume(world, install, volume, image, store.path)
        place = (MAJOR,) if store.saved_as is SaveKind.POSTGRES else ()
        words = ("thoth-take", "-", PLACE, self.folder, *place)
        task = Task(install.uuid, KIND, words, (Mount(volume, PLACE, writable=True),))
        ended = world.toolbox.run(task, feed=world.outsiders.plain(Path(self.tar)))
        refuse(ended, self.store, *IMPORTING)
        if place:
            look_through(world, stack, install, Mount(volume, store.path, writable=True), image)

    def _image(self, world: World, stack: Stack, store: Store) -> str:
        """What the release that runs serves it by."""
        release = world.installs.release(self.name, world.installs.active(self.name) or 0)
        return image_of(world, stack, store, release.images)

    def undo(self, world: World) -> None:
        """What was taken goes with its generation; a task that was cut off goes now."""
        if install := world.installs.find(self.name):
            world.toolbox.clear(install.uuid)


def own_volume(world: World, install: Install, volume: str, image: str, path: str) -> None:
    """Give an empty volume the owner that the service's own image wants."""
    mount = Mount(volume, path, writable=True)
    task = Task(install.uuid, KIND, ("true",), (mount,), image=image, own_user=True)
    refuse(world.toolbox.run(task), volume, *IMPORTING)


def look_through(world: World, stack: Stack, install: Install, mount: Mount, image: str) -> None:
    """Start a server on it that nobody reaches; raises for what it does not take."""
    roles = [one.postgres_role for one in stack.secrets if one.postgres_role]
    words = ("sh", "-c", SCRIPT, "adopt", COUNTS, *roles)
    said: list[bytes] = []
    task = Task(install.uuid, KIND, words, (mount,), image=image, own_user=True)
    ended = world.toolbox.run(task, into=said.append)
    if ended.status == IncompatibleError.exit_code:
        raise IncompatibleError(
            f"it cannot be served: {ended.said}",
            hint=TABLES_HINT,
        )
    refuse(ended, "the database", *IMPORTING)
    names = [line.split("\t")[0] for line in b"".join(said).decode().splitlines()]
    refuse_strange(stack, names, "the volume")
    world.report(Note(f"databases that were read to their end: {', '.join(names)}"))


def stores_of(stack: Stack, seen: Present, tars: Sequence[VolumeTar]) -> dict[str, VolumeTar]:
    """Which tar is of which store; raises for what cannot be read here."""
    found: dict[str, VolumeTar] = {}
    for tar in tars:
        store = _store_of(stack, seen, tar)
        if store.name in found:
            raise UsageError(f"two of them are {store.name}", hint="give one of each")
        found[store.name] = tar
    return found


def _store_of(stack: Stack, seen: Present, tar: VolumeTar) -> Store:
    kind = SaveKind.POSTGRES if tar.major else SaveKind.SQLITE
    if not tar.major and not tar.database:
        raise InvalidInputError(
            f"{tar.path} holds neither PG_VERSION nor thoth.sqlite, so nobody knows what it is",
            hint="give the backup of the database's volume, or of the server's data volume",
        )
    if tar.major and tar.major != MAJOR:
        raise IncompatibleError(
            f"{tar.path} is the data of PostgreSQL {tar.major}; its files are read by that only",
            hint=f"start PostgreSQL {tar.major} on it, then adopt it: `import-data PROJECT`",
        )
    there = [s for s in stack.stores_for(seen.active.settings) if s.saved_as is kind]
    if not there:
        raise IncompatibleError(
            f"{seen.install.name} has no store of that kind for {tar.path}",
            hint="PostgreSQL belongs to an install of --mode production",
        )
    if tar.database and there[0] not in stack.migrated_for(seen.active.settings):
        raise IncompatibleError(
            f"{tar.path} is the data of a server without PostgreSQL; that of {seen.install.name}"
            " would never read it",
            hint="take it into an install of --mode standalone: `setup --install NAME`",
        )
    return there[0]


def refuse_full(world: World, tars: Sequence[VolumeTar], data_dir: str) -> None:
    """What is unpacked needs its whole size; a reserve stays free."""
    needed, free = sum(tar.bytes for tar in tars) + RESERVE, free_bytes(world, data_dir)
    if free is not None and free < needed:
        raise NoSpaceError(
            f"about {needed / GIB:.1f} GiB are needed, {free / GIB:.1f} GiB are free",
            hint="free some space there, then import again; nothing was changed",
        )


def plan_taking(seen: Present, found: Mapping[str, VolumeTar], seconds: int) -> Plan:
    """New generations beside the running ones, then one pointer, as a restore does."""
    name, stack, settings = seen.install.name, seen.install.stack, seen.active.settings
    number = max(r.number for r in seen.releases) + 1
    numbers = {store: seen.number(store) for store in found}
    rendering = RenderRelease(
        name,
        stack,
        number,
        seen.now,
        KIND,
        settings,
        {**seen.active.generations, **numbers},
        why="files that point at the new generations",
        anew=seen.services,
        images=seen.active.images,
        version=seen.active.version,
        databases={
            **seen.active.databases,
            **{one.name: 1 for one in seen.databases if one.store in found},
        },
    )
    stop = StopWriters(name, seen.active.number, why="nobody writes to what is about to be left")
    return Plan(
        f"import {', '.join(found)} into {name}",
        KIND,
        name,
        (
            *provide(stack, settings, seen.active.images),
            *folder_steps(name, stack, settings, numbers),
            *_takes(seen, found, numbers),
            rendering,
            stop,
            *live(name, number, seen.active.number, seconds),
        ),
        had_release=True,
    )


def _takes(
    seen: Present, found: Mapping[str, VolumeTar], numbers: Mapping[str, int]
) -> tuple[Step, ...]:
    settings, name = seen.active.settings, seen.install.name
    root = str(settings.get("data_dir", ""))
    made: list[Step] = []
    for store, tar in found.items():
        place = seen.install.place(root, store, numbers[store]) if root else ""
        why = f"{store} is built beside what is served"
        made += [
            FreshGeneration(name, store, numbers[store], seen.mark, place, why=why),
            TakeVolume(name, store, numbers[store], tar.path, tar.folder, settings,
                       why=f"{tar.files} files of {Path(tar.path).name}"),
        ]  # fmt: skip
    return tuple(made)

"""Restore: what a backup holds, in new generations beside the running ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from thothctl.errors import (
    CheckFailedError,
)
from thothctl.model.backup import Manifest
from thothctl.model.install import Install, Release
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Database, SaveKind
from thothctl.operations import steps
from thothctl.operations.generations import FreshGeneration, next_generation
from thothctl.operations.outer_steps import folder_steps, provide
from thothctl.operations.plan import Plan, Step
from thothctl.operations.release_step import RenderRelease
from thothctl.operations.restore_gates import databases_in
from thothctl.operations.restore_steps import LoadStore, StopWriters, UploadSnapshots
from thothctl.operations.waiting import START_SECONDS, start_limit
from thothctl.world import World

RESTORE, UNDO, IMPORT = "restore", "undo restore", "import-data"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be restored into which install; no `stores` means all of the backup."""

    name: str
    archive: str
    manifest: Manifest
    stores: tuple[str, ...] = ()
    seconds: int = 180
    keeper: str = ""
    """The install in whose name the key is kept, if it is another."""
    images: Mapping[str, str] = field(default_factory=dict)
    """What a new install runs, of `version`; thothctl's own images where it does not say."""
    version: str = ""
    start_seconds: int = START_SECONDS
    """A start that lasts longer has failed."""
    place: str = ""
    """Where the backup lay."""

    @property
    def key(self) -> str:
        return self.keeper or self.name

    @property
    def goal(self) -> str:
        only = f"{', '.join(self.stores)} of " if self.stores else ""
        return f"restore {only}{self.manifest.id} into {self.name}"


@dataclass(frozen=True, slots=True)
class Present:
    """The install as it is; `mark` and `now` come from chance and clock."""

    install: Install
    active: Release
    releases: tuple[Release, ...]
    volumes: tuple[str, ...]
    settings: Mapping[str, SettingValue]
    mark: str = ""
    now: str = ""
    services: tuple[str, ...] = ()
    """All of them get new containers: those of before have the volumes of before."""
    databases: tuple[Database, ...] = ()

    def number(self, store: str) -> int:
        return next_generation(self.install, store, self.releases, self.volumes)


def present(world: World, name: str) -> Present:
    """Read records and engine; changes nothing."""
    install = steps.install_of(world, name)
    number = world.installs.active(name)
    if number is None:
        raise CheckFailedError(
            f"{name} has no active release to restore into",
            hint="bring it back with `thothctl setup` first, or restore --to-new-install NAME",
        )
    active, stack = world.installs.release(name, number), world.bundles.stack(install.stack)
    return Present(
        install,
        active,
        world.installs.releases(name),
        world.engine.observe(install.uuid).volumes,
        world.installs.settings(name) or active.settings,
        world.entropy.uuid(),
        world.clock.now().isoformat(timespec="seconds"),
        tuple(s.name for s in stack.services_for(active.settings)),
        stack.databases_for(active.settings),
    )


def plan_restore(seen: Present, wish: Wish, stores: Sequence[str]) -> Plan:
    """New generations, loaded and compared while the old ones are served; then one pointer."""
    name, number = wish.name, max(r.number for r in seen.releases) + 1
    numbers = {store: seen.number(store) for store in stores}
    settings, previous = seen.active.settings, seen.active.number
    generations = {**seen.active.generations, **numbers}
    rendering = RenderRelease(
        name,
        seen.install.stack,
        number,
        seen.now,
        RESTORE,
        settings,
        generations,
        why="files that point at the new generations",
        anew=seen.services,
        images=seen.active.images,
        version=seen.active.version,
        backup=wish.manifest.id,
        databases={
            **seen.active.databases,
            **databases_in(wish.manifest, seen.databases, stores),
        },
    )
    return Plan(
        wish.goal,
        RESTORE,
        name,
        (
            *provide(seen.install.stack, settings, seen.active.images),
            *loads(
                replace(wish, images=seen.active.images),
                seen.install.stack,
                numbers,
                settings,
                seen.mark,
            ),
            rendering,
            StopWriters(name, previous, why="nobody writes to what is about to be left"),
            *go_live(wish, number, previous, stores),
        ),
        had_release=True,
    )


def loads(
    wish: Wish,
    stack: str,
    numbers: Mapping[str, int],
    settings: Mapping[str, SettingValue],
    mark: str,
) -> tuple[Step, ...]:
    """A fresh generation and its content, store by store."""
    root, own = str(settings.get("data_dir", "")), Install(wish.name, "", stack, "")
    made = [
        step
        for store, number in numbers.items()
        for step in (
            FreshGeneration(
                wish.name,
                store,
                number,
                mark,
                own.place(root, store, number) if root else "",
                why=f"{store} is built beside what is served",
            ),
            LoadStore(
                wish.name,
                store,
                number,
                wish.archive,
                wish.key,
                settings,
                why=f"{store} as it was, compared with the manifest",
                images=wish.images,
            ),
        )
    ]
    return (*folder_steps(wish.name, stack, settings, numbers, wish.images), *made)


def go_live(
    wish: Wish, number: int, previous: int | None, stores: Sequence[str]
) -> tuple[Step, ...]:
    """Start, what only a running server can load, healthy, one pointer."""
    start, *rest = live(wish.name, number, previous, wish.seconds)
    return (start, *uploads(wish, stores), *rest)


def uploads(wish: Wish, stores: Sequence[str]) -> tuple[Step, ...]:
    """The stores whose servers load snapshots themselves."""
    kinds = wish.manifest.stored_as
    why = "its server loads the snapshots of its collections"
    return tuple(
        UploadSnapshots(wish.name, store, wish.archive, wish.key, why=why)
        for store in stores
        if kinds.get(store) == SaveKind.QDRANT
    )


def live(name: str, number: int, previous: int | None, seconds: int) -> tuple[Step, ...]:
    """Start, healthy, one pointer."""
    why = "run on the new generations"
    return (
        steps.StartRelease(name, number, previous, (), why, start_limit(seconds)),
        steps.AwaitHealthy(name, number, seconds, why="a restore ends when the stack answers"),
        steps.ActivateRelease(name, number, previous, why=f"release {number} answers"),
    )


def plan_undo(seen: Present, seconds: int) -> Plan:
    """Back to the generations of before the last restore, which are kept."""
    before, after = _last_restore(seen)
    moved = {
        store: number
        for store, number in before.generations.items()
        if after.generations.get(store) != number
    }
    name, number = seen.install.name, max(r.number for r in seen.releases) + 1
    previous = seen.active.number
    rendering = RenderRelease(
        name,
        seen.install.stack,
        number,
        seen.now,
        UNDO,
        seen.active.settings,
        {**seen.active.generations, **moved},
        why=f"files that point at the data of before {after.backup}".rstrip(),
        anew=seen.services,
        images=seen.active.images,
        version=seen.active.version,
        databases={**seen.active.databases, **_databases_of(seen, before, moved)},
    )
    goal = f"undo the restore of {after.backup or 'data of others'} into {name}"
    stop = StopWriters(name, previous, why="nobody writes to what is about to be left")
    forward = live(name, number, previous, seconds)
    return Plan(goal, RESTORE, name, (rendering, stop, *forward), had_release=True)


def _databases_of(seen: Present, before: Release, moved: Mapping[str, int]) -> Mapping[str, int]:
    """Those within a volume are of its time."""
    return {d.name: before.databases.get(d.name, 1) for d in seen.databases if d.store in moved}


def _last_restore(seen: Present) -> tuple[Release, Release]:
    """The release before the restore whose generations are served, and that of the restore."""
    ordered_releases = sorted(seen.releases, key=lambda one: one.number)
    for index in range(len(ordered_releases) - 1, 0, -1):
        one, before = ordered_releases[index], ordered_releases[index - 1]
        if one.number <= seen.active.number and one.why == UNDO:
            break
        if one.number <= seen.active.number and one.why in {RESTORE, IMPORT}:
            return before, one
    raise CheckFailedError(
        "there is no restore to undo", hint="`thothctl backup list` shows what can be restored"
    )

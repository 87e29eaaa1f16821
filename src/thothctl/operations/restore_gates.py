"""What stops a restore before anything is touched: versions, foreign data, missing parts, space."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from thothctl.errors import (
    IncompatibleError,
    IntegrityError,
    NoSpaceError,
    UsageError,
    tells_no_space,
)
from thothctl.model.backup import Manifest
from thothctl.model.install import Install, Release
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Database, SaveKind, Stack
from thothctl.operations.clusters import major_of
from thothctl.world import World
from thothctl.world.backups import Mount, Task

RESERVE = 512 * 1024 * 1024
GIB = 1024**3
LOOKED_AT = "/mnt"
EXPANDED = 4
"""How many times its dump a database is, where the backup does not say."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a restored stack is going to be; images that are not named are those of here."""

    settings: Mapping[str, SettingValue]
    images: Mapping[str, str]


def chosen_stores(manifest: Manifest, stack: Stack, settings: Mapping[str, SettingValue],
                  only: Sequence[str]) -> tuple[str, ...]:  # fmt: skip
    """The stores to restore; raises for one that the backup or the install does not have."""
    if unknown := [store for store in only if store not in manifest.stores]:
        raise UsageError(
            f"{manifest.id} does not hold {', '.join(unknown)}",
            hint=f"it holds {', '.join(manifest.stores)}",
        )
    wanted = tuple(only) or tuple(manifest.stores)
    here = {store.name: store.saved_as.value for store in stack.stores_for(settings)}
    other = [s for s in wanted if here.get(s) != manifest.stored_as.get(s, here.get(s))]
    if strange := [store for store in wanted if store not in here] or other:
        raise IncompatibleError(
            f"{manifest.id} is of a {manifest.mode} stack; this install has no"
            f" {', '.join(strange)} of that kind",
            hint="restore it beside this one: --to-new-install NAME",
        )
    if missing := [s for s in wanted if not manifest.parts_of(s) and here[s] != SaveKind.QDRANT]:
        raise IntegrityError(
            f"{manifest.id} lacks the parts of {', '.join(missing)}; nothing was changed",
            hint="take another backup: see `thothctl backup list`",
        )
    return wanted


def refuse_newer(manifest: Manifest, version: str, stack: str = "") -> None:
    """Older data is migrated forward by the stack itself; newer data nobody here understands.

    `stack` is the version that is to run it, if it is not that of this thothctl.
    """
    for what, theirs, ours in (
        ("thothctl", manifest.thothctl_version, version),
        ("the stack", manifest.product_version, stack or version),
    ):
        if ordered(theirs) > ordered(ours):
            raise IncompatibleError(
                f"{manifest.id} was made by {what} {theirs}; this is {ours}",
                hint=f"upgrade {what} first, then restore; nothing was changed",
            )


def refuse_newer_server(
    world: World, manifest: Manifest, stack: Stack, chosen: Chosen, stores: Sequence[str]
) -> None:
    """No PostgreSQL reads what a newer one dumped. An image that is not here yet says nothing."""
    for store in stack.stores_for(chosen.settings):
        saved = manifest.clusters.get(store.name)
        if saved is None or store.name not in stores:
            continue
        service = next(one for one in stack.services if one.name == store.service)
        image = stack.image_of(service, chosen.settings)
        reference = chosen.images.get(image.name) or world.images.present(image) or ""
        major = major_of(world.engine.image(reference)) if reference else ""
        if major.isdigit() and saved.major > int(major):
            raise IncompatibleError(
                f"{manifest.id} was made by PostgreSQL {saved.major}; {store.service} runs "
                f"PostgreSQL {major} here, which cannot read it; nothing was changed",
                hint="restore it with a version whose image runs that PostgreSQL: `thothctl "
                "upgrade` moves the data there first",
            )


def ordered(version: str) -> tuple[int, ...]:
    """The numbers of a version, to be compared."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def came_from(manifest: Manifest, releases: Sequence[Release]) -> bool:
    """The install was made from this backup, or had it restored."""
    return any(release.backup == manifest.id for release in releases)


def refuse_foreign(manifest: Manifest, install: Install, releases: Sequence[Release] = ()) -> None:
    """The data of one install does not become another's by mistake."""
    if manifest.install != install.uuid and not came_from(manifest, releases):
        raise UsageError(
            f"{manifest.id} is a backup of another install ({manifest.name}); nothing was changed",
            hint="give --to-new-install NAME to restore it beside this one",
        )


def refuse_full(
    world: World, manifest: Manifest, stores: Sequence[str], data_dir: str = ""
) -> None:
    """Dumps lie beside what is made of them for a while; a reserve stays free."""
    needed, free = sum(room_for(manifest, store) for store in stores), free_bytes(world, data_dir)
    if free is not None and free < needed + RESERVE:
        raise NoSpaceError(
            f"about {(needed + RESERVE) / GIB:.1f} GiB are needed "
            f"{f'in {data_dir}' if data_dir else 'where Docker keeps its volumes'}, "
            f"{free / GIB:.1f} GiB are free; nothing was changed",
            hint="free some space there, then restore again",
        )


def room_for(manifest: Manifest, store: str) -> int:
    """The most bytes that one store takes while it is loaded; older backups say less of it."""
    there = sum(part.bytes for part in manifest.parts_of(store))
    if manifest.stored_as.get(store) != SaveKind.POSTGRES:
        return there
    return there + manifest.sizes.get(store, EXPANDED * there)


def free_bytes(world: World, data_dir: str) -> int | None:
    """What is left where the volumes lie; None where nobody knows.

    Where there is nothing left at all, nobody can even look.
    """
    said: list[bytes] = []
    mounts = (Mount(data_dir, LOOKED_AT),) if data_dir else ()
    argv = ("df", "--block-size=1", "--output=avail", LOOKED_AT if data_dir else "/")
    task = Task("", "look", argv, mounts)
    ended = world.toolbox.run(task, into=said.append)
    words = b"".join(said).split()
    if not ended.good:
        return 0 if tells_no_space(ended.said) else None
    return int(words[-1]) if words else None


def databases_in(
    manifest: Manifest, databases: Sequence[Database], stores: Sequence[str]
) -> dict[str, int]:
    """The generation of each database as the backup has it, by the names of its dumps."""
    dumps = {
        store: [part.name.rpartition("/")[2].removesuffix(".dump") for part in parts]
        for store in stores
        if (parts := manifest.parts_of(store))
    }
    return {
        one.name: max(filter(None, map(one.generation, dumps[one.store])), default=1)
        for one in databases
        if one.store in dumps
    }

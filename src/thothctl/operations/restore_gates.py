"""What stops a restore before anything is touched: versions, foreign data, missing parts, space."""

import re
from collections.abc import Mapping, Sequence

from thothctl.errors import IncompatibleError, IntegrityError, NoSpaceError, UsageError
from thothctl.model.backup import Manifest
from thothctl.model.install import Install
from thothctl.model.setting import SettingValue
from thothctl.model.stack import SaveKind, Stack
from thothctl.world import World
from thothctl.world.backups import Task

RESERVE = 512 * 1024 * 1024
GIB = 1024**3


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


def refuse_newer(manifest: Manifest, version: str) -> None:
    """Older data is migrated forward by the stack itself; newer data nobody here understands."""
    for what, theirs in (
        ("thothctl", manifest.thothctl_version),
        ("the stack", manifest.product_version),
    ):
        if ordered(theirs) > ordered(version):
            raise IncompatibleError(
                f"{manifest.id} was made by {what} {theirs}; this is {version}",
                hint="upgrade thothctl first, then restore; nothing was changed",
            )


def ordered(version: str) -> tuple[int, ...]:
    """The numbers of a version, to be compared."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def refuse_foreign(manifest: Manifest, install: Install) -> None:
    """The data of one install does not become another's by mistake."""
    if manifest.install != install.uuid:
        raise UsageError(
            f"{manifest.id} is a backup of another install ({manifest.name}); nothing was changed",
            hint="give --to-new-install NAME to restore it beside this one",
        )


def refuse_full(world: World, manifest: Manifest, stores: Sequence[str]) -> None:
    """Dumps lie beside what is made of them for a while; a reserve stays free."""
    needed = sum(part.bytes for store in stores for part in manifest.parts_of(store))
    dumps = [s for s in stores if manifest.stored_as.get(s) == SaveKind.POSTGRES]
    # A dump is compressed; what is made of it is some times its size, and lies beside it.
    needed += 4 * sum(part.bytes for store in dumps for part in manifest.parts_of(store))
    free = _free(world)
    if free is not None and free < needed + RESERVE:
        raise NoSpaceError(
            f"about {needed / GIB:.1f} GiB are needed where Docker keeps its volumes, "
            f"{free / GIB:.1f} GiB are free; nothing was changed",
            hint="free some space there, then restore again",
        )


def _free(world: World) -> int | None:
    said: list[bytes] = []
    task = Task("", "look", ("df", "--block-size=1", "--output=avail", "/"))
    ended = world.toolbox.run(task, into=said.append)
    words = b"".join(said).split()
    return int(words[-1]) if ended.good and words else None

"""Whether a restore would change anything: it was the last, and the data still counts the same."""

import json
from collections.abc import Mapping, Sequence

from thothctl.model.backup import Manifest, Part, PartKind
from thothctl.model.stack import SaveKind, Store
from thothctl.operations.backup_postgres import COUNTS, PSQL
from thothctl.operations.loading import PLACE
from thothctl.operations.restore import RESTORE, Present
from thothctl.world import World
from thothctl.world.backups import Inside, Mount, Program, Task

FILES = "files"
UNCOUNTED = frozenset({SaveKind.REDIS, SaveKind.QDRANT})


def is_restored(world: World, seen: Present, manifest: Manifest, stores: Sequence[str]) -> bool:
    """The release that runs is that of this very restore, and nobody wrote since.

    Stores whose contents nobody counts say nothing of that: where there are no others, it is not.
    """
    active = seen.active
    if (active.why, active.backup) != (RESTORE, manifest.id):
        return False
    before = max((r for r in seen.releases if r.number < active.number), key=_number, default=None)
    moved = [s for s in stores if before and before.generations.get(s) == active.generations[s]]
    chosen = [store for store in _stores(world, seen) if store.name in stores]
    counted = [store for store in chosen if store.saved_as not in UNCOUNTED]
    if moved or not counted:
        return False
    return all(_same(world, seen, manifest, store) for store in counted)


def _number(release: object) -> int:
    return int(getattr(release, "number", 0))


def _stores(world: World, seen: Present) -> Sequence[Store]:
    return world.bundles.stack(seen.install.stack).stores_for(seen.active.settings)


def _same(world: World, seen: Present, manifest: Manifest, store: Store) -> bool:
    name = store.name
    match store.saved_as:
        case SaveKind.POSTGRES:
            return all(_same_database(world, seen, store, part) for part in manifest.parts_of(name))
        case kind:
            volume = seen.install.volume(name, seen.active.generations[name])
            mounts = (Mount(volume, PLACE, writable=True),)
            task = Task(seen.install.uuid, "look", ("thoth-tree", "count", PLACE), mounts)
            found = _asked(world, task)
            wanted = {k: n for part in manifest.parts_of(name) for k, n in part.counts.items()}
            return found is not None and _equal(found, wanted, files=kind is not SaveKind.CHROMA)


def _equal(found: Mapping[str, object], wanted: Mapping[str, int], *, files: bool) -> bool:
    rows = found.get("rows", {})
    counted = {FILES: found.get(FILES), **(rows if isinstance(rows, dict) else {})}
    keys = {*counted, *wanted} - (set() if files else {FILES})
    return all(counted.get(key, 0) == wanted.get(key, 0) for key in keys)


def _same_database(world: World, seen: Present, store: Store, part: Part) -> bool:
    if part.kind is not PartKind.DUMP:
        return True
    observed = world.engine.observe(seen.install.uuid).containers
    container = next((one.id for one in observed if one.service == store.service), None)
    if container is None:
        return False
    database = part.name.rpartition("/")[2].removesuffix(".dump")
    return _asked(world, Inside(container, (*PSQL, database, "-c", COUNTS))) == dict(part.counts)


def _asked(world: World, program: Program) -> Mapping[str, object] | None:
    said: list[bytes] = []
    if not world.toolbox.run(program, into=said.append).good:
        return None
    found = json.loads(b"".join(said) or b"null")
    return found if isinstance(found, dict) else None

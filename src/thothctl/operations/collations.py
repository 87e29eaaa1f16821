"""Whether the server sorts as it did when its indexes were made, and what mends them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from thothctl.errors import EngineRefusedError
from thothctl.model.event import Note
from thothctl.model.install import Release
from thothctl.model.stack import SaveKind, Stack
from thothctl.operations.cloning import Carried
from thothctl.operations.clusters import image_name
from thothctl.operations.databases import server_of, told
from thothctl.operations.plan import step
from thothctl.operations.steps import install_of
from thothctl.world import World

OTHERS = (
    "SELECT coalesce(json_agg(datname ORDER BY datname), '[]') FROM pg_database"
    " WHERE datallowconn AND NOT datistemplate AND datcollversion IS NOT NULL"
    " AND datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid);"
)
"""The databases whose recorded version of sorting is not the one that the server has now."""
MEND = r"""
SELECT format('REINDEX DATABASE %I', current_database()) \gexec
SELECT format('ALTER COLLATION %s REFRESH VERSION', oid::regcollation) FROM pg_collation
WHERE collversion IS DISTINCT FROM pg_collation_actual_version(oid)
  AND collversion IS NOT NULL \gexec
SELECT format('ALTER DATABASE %I REFRESH COLLATION VERSION', current_database()) \gexec
"""


def watched(
    data: Carried, stack: Stack, release: Release, images: Mapping[str, str], name: str
) -> Carried:
    """The data, with a look at how servers sort that get another image, and that come back."""
    servers = tuple(
        store.service
        for store in stack.stores_for(release.settings)
        if store.saved_as is SaveKind.POSTGRES
        and images.get(image := image_name(stack, store, release)) != release.images.get(image)
    )
    if not servers:
        return data
    back = tuple(KeepSorting(name, one, why="and back, should it come to that") for one in servers)
    after = tuple(
        CheckSorting(name, one, why="its image may sort otherwise than the one before")
        for one in servers
    )
    return replace(data, steps=(*data.steps, *back), after=(*data.after, *after))


@step
@dataclass(frozen=True)
class CheckSorting:
    """Make the indexes anew of every database that was sorted by another version."""

    name: str
    service: str
    why: str
    title: ClassVar[str] = "Sorting"

    def apply(self, world: World) -> None:
        server = server_of(world, install_of(world, self.name), self.service)
        mend(world, server, sorted_otherwise(world, server))

    def undo(self, world: World) -> None:
        """`KeepSorting` does, once the server from before runs again."""


@step
@dataclass(frozen=True)
class KeepSorting:
    """Nothing on the way; on the way back the indexes are those of the server from before."""

    name: str
    service: str
    why: str
    title: ClassVar[str] = "Sorting"
    harmless: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        """The server that runs has sorted what there is."""

    def undo(self, world: World) -> None:
        """A server that does not run, or is too old to know, was sorted by nobody else."""
        try:
            server = server_of(world, install_of(world, self.name), self.service)
            names = sorted_otherwise(world, server)
        except EngineRefusedError:
            return
        mend(world, server, names)


def sorted_otherwise(world: World, server: str) -> Sequence[str]:
    """Look at every database of the server."""
    return [str(name) for name in json.loads(told(world, server, OTHERS))]


def mend(world: World, server: str, names: Sequence[str]) -> None:
    """Indexes made by other rules would miss rows."""
    for name in names:
        world.report(Note(f"{name} was sorted by another version: its indexes are made anew"))
        told(world, server, MEND, name)

"""Indexes that were made by other rules of sorting are made anew, on the way back as well."""

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import cast

import pytest
from played_containers import INSTALL, PlayedContainers, container

from thothctl.errors import EngineRefusedError
from thothctl.operations.collations import KeepSorting
from thothctl.world import World
from thothctl.world.backups import Ended, Inside

KEEP = KeepSorting("default", "postgres", why="")


def world(*services: str, breaks: bytes = b"REINDEX") -> World:
    """A server that finds one database sorted otherwise, and breaks where it reads this."""

    def run(program: Inside, *, feed: Iterable[bytes], into: Callable[[bytes], object]) -> Ended:
        if breaks in b"".join(feed):
            return Ended(3, ("ERROR: duplicate key",))
        into(b'["thoth"]')
        return Ended(0)

    parts = SimpleNamespace(
        engine=PlayedContainers(*map(container, services)),
        toolbox=SimpleNamespace(run=run),
        installs=SimpleNamespace(find=lambda _: INSTALL),
        report=lambda _: None,
    )
    return cast("World", parts)


def test_indexes_that_cannot_be_made_anew_on_the_way_back_are_told() -> None:
    with pytest.raises(EngineRefusedError, match="duplicate key"):
        KEEP.undo(world("app", "postgres"))


def test_a_server_that_does_not_run_or_cannot_tell_was_sorted_by_nobody_else() -> None:
    KEEP.undo(world("app"))
    KEEP.undo(world("postgres", breaks=b"datcollversion"))

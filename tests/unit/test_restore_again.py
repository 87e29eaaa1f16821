"""A restore is only called done already where somebody looked."""

from pathlib import Path

import pytest
from cli.conftest import home
from local_world import Play
from played_toolbox import PlayedToolbox, backup_of

from thothctl.model.backup import Manifest
from thothctl.model.install import Install, Release
from thothctl.operations.restore import Present
from thothctl.operations.restore_again import is_restored
from thothctl.world import World

__all__ = ["home"]
INSTALL = Install("default", "5a5a", "thoth-ai", "")
GENERATIONS = {"data": 2, "redis": 2, "qdrant": 2}


@pytest.fixture
def world(home: Path) -> World:
    made = Play().connect(lambda _: None)
    made.toolbox = PlayedToolbox()  # type: ignore[misc,assignment]  # in place of the real one
    return made


def restored(world: World, folder: Path) -> tuple[Present, Manifest]:
    """A stack whose every store was restored by its newest release."""
    settings = world.bundles.stack("thoth-ai").complete({"mode": "production", "vector": "qdrant"})
    first = Release(1, "", "setup", "1", settings, {}, dict.fromkeys(GENERATIONS, 1), "", "")
    manifest = backup_of(INSTALL, first, folder / "a.thoth-backup")
    now = Release(2, "", "restore", "1", settings, {}, GENERATIONS, "", "", backup=manifest.id)
    return Present(INSTALL, now, (first, now), (), settings), manifest


@pytest.mark.parametrize("stores", [("redis",), ("qdrant",), ("redis", "qdrant")])
def test_stores_that_nobody_counts_are_restored_again(
    world: World, tmp_path: Path, stores: tuple[str, ...]
) -> None:
    assert not is_restored(world, *restored(world, tmp_path), stores)


def test_beside_one_that_is_counted_they_are_not(world: World, tmp_path: Path) -> None:
    assert is_restored(world, *restored(world, tmp_path), ("data", "redis"))

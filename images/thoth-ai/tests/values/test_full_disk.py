"""A full disk is an error that says so, never a signal that ends the process."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.values import made
from thoth_ai.errors import ServerError
from thoth_ai.importing import space
from thoth_ai.values import building, files

MANY = [f"value {number:06}" for number in range(30_000)]


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """Let no file become larger, which fails as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("share", [0.2, 0.8, 2])
def test_an_index_that_does_not_fit_says_that_the_disk_is_full(
    tmp_path: Path, share: float
) -> None:
    texts = made.column("t", "a", MANY)

    with pytest.raises(ServerError) as failed, space.told(), at_most(int(share * len(texts.texts))):
        building.build(tmp_path / "a.values", [texts], {}, 3)

    assert failed.value.code == "no_space"
    assert [one.name for one in tmp_path.iterdir()] == []


def test_a_file_that_does_not_fit_says_that_the_disk_is_full(tmp_path: Path) -> None:
    with pytest.raises(ServerError) as failed, space.told(), at_most(4096):
        files.write(tmp_path / "a", {}, {"long": np.zeros(1024 * 1024, np.uint8)})

    assert failed.value.code == "no_space"


def test_what_is_written_through_memory_has_its_room_before(tmp_path: Path) -> None:
    array = files.room(tmp_path / "a", 1024 * 1024)

    assert (tmp_path / "a").stat().st_blocks * 512 >= array.nbytes == 4 * 1024 * 1024
    assert not array.any()

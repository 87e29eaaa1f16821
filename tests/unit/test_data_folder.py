"""What root of an image does in a folder of the host, played by a shell in a folder of the test."""

import subprocess
from pathlib import Path

import pytest

from thothctl.errors import InvalidInputError
from thothctl.operations.data_folder import (
    FOREIGN,
    MAKE,
    NOT_EMPTY,
    REMOVE,
    REMOVE_ALL,
    refuse_moved,
)

OURS = ("thoth-default", "5a5a")


def run(script: str, root: Path, *parts: str, label: str = OURS[1]) -> int:
    there = script.replace("/host", str(root))
    words = ["sh", "-euc", there, "sh", OURS[0], label, *parts]
    return subprocess.run(words, check=False, capture_output=True).returncode


def test_folders_are_made_once_and_taken_back_with_their_data(tmp_path: Path) -> None:
    own = tmp_path / OURS[0]

    assert run(MAKE, tmp_path, "data_g1", "redis_g1") == 0
    assert run(MAKE, tmp_path, "data_g1", "redis_g1") == 0
    (own / "data_g1/file").touch()
    assert run(REMOVE, tmp_path, "redis_g1") == 0
    assert [path.name for path in own.iterdir() if path.is_dir()] == ["data_g1"]
    assert run(REMOVE, tmp_path, "data_g1") == 0
    assert not own.exists()
    assert run(REMOVE, tmp_path, "data_g1") == 0


def test_what_lies_there_already_is_never_taken_for_ours(tmp_path: Path) -> None:
    own = tmp_path / OURS[0]
    own.mkdir()
    (own / "theirs").touch()

    assert run(MAKE, tmp_path, "data_g1") == FOREIGN
    assert run(REMOVE_ALL, tmp_path) == 0
    assert [path.name for path in own.iterdir()] == ["theirs"]


def test_another_install_and_data_of_a_lost_volume_are_refused(tmp_path: Path) -> None:
    run(MAKE, tmp_path, "data_g1")
    (tmp_path / OURS[0] / "data_g1/file").touch()

    assert run(MAKE, tmp_path, "data_g1") == NOT_EMPTY
    assert run(MAKE, tmp_path, "data_g2", label="other") == FOREIGN
    assert run(REMOVE_ALL, tmp_path, label="other") == 0
    assert (tmp_path / OURS[0] / "data_g1/file").exists()
    assert run(REMOVE_ALL, tmp_path) == 0
    assert not list(tmp_path.iterdir())


def test_data_does_not_move_by_a_setting() -> None:
    refuse_moved({"data_dir": "/srv/a"}, {"data_dir": "/srv/a"})
    refuse_moved({}, {"data_dir": ""})
    with pytest.raises(InvalidInputError, match="volumes of Docker"):
        refuse_moved({}, {"data_dir": "/srv/a"})

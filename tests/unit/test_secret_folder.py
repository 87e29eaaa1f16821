"""A key is replaced in one move that can be repeated, taken back and cleared away."""

from pathlib import Path

import pytest

from thothctl.adapters.secret_folder import SecretFolder
from thothctl.errors import InvalidInputError
from thothctl.model.secret import Secret

OLD, NEW = Secret("old-value"), Secret("new-value")


@pytest.fixture
def folder(tmp_path: Path) -> SecretFolder:
    made = SecretFolder(tmp_path / "secrets")
    made.keep("a_key", OLD)
    return made


def test_a_taken_value_is_readable_for_containers_in_a_private_folder(tmp_path: Path) -> None:
    folder = SecretFolder(tmp_path / "secrets")
    folder.offer("a_key", NEW)
    assert (tmp_path / "secrets/.pending/a_key").stat().st_mode & 0o777 == 0o600
    assert folder.has("a_key", offered=True)
    assert not folder.has("a_key", offered=False)

    folder.take("a_key")

    assert folder.path("a_key").stat().st_mode & 0o777 == 0o444
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_taking_twice_is_taking_once_and_is_undone_at_once(folder: SecretFolder) -> None:
    folder.offer("a_key", NEW)
    folder.take("a_key")
    folder.take("a_key")
    assert folder.read("a_key") == NEW

    folder.put_back()
    folder.put_back()
    assert folder.read("a_key") == OLD

    folder.take_offered()
    folder.take_offered()
    assert folder.read("a_key") == NEW
    folder.put_back()
    assert folder.read("a_key") == OLD


def test_killed_after_the_old_value_was_kept_aside_it_goes_both_ways(
    folder: SecretFolder, tmp_path: Path
) -> None:
    aside = tmp_path / "secrets/.previous"
    aside.mkdir()
    (aside / "a_key").hardlink_to(folder.path("a_key"))

    folder.put_back()
    assert folder.read("a_key") == OLD

    folder.offer("a_key", NEW)
    folder.take("a_key")
    assert folder.read("a_key") == NEW
    folder.put_back()
    assert folder.read("a_key") == OLD


def test_settling_leaves_the_stored_value_only(folder: SecretFolder, tmp_path: Path) -> None:
    folder.offer("a_key", NEW)
    folder.take("a_key")
    folder.offer("b_key", NEW)

    folder.settle()
    folder.settle()

    assert [p.name for p in (tmp_path / "secrets").iterdir()] == ["a_key"]
    assert folder.read("a_key") == NEW


def test_a_value_that_was_lost_is_an_error_and_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="a_key is gone"):
        SecretFolder(tmp_path / "secrets").take("a_key")


def test_a_dropped_secret_can_be_put_back(folder: SecretFolder) -> None:
    folder.drop("a_key")
    folder.drop("a_key")
    assert not folder.has("a_key", offered=True)

    folder.put_back()
    assert folder.read("a_key") == OLD

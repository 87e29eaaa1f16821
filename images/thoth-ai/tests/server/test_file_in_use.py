"""The snapshot of a file that is written to meanwhile ends, and is whole."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import file_in_use
import pytest

from thoth_ai.errors import ServerError
from thoth_ai.importing import local_file
from thoth_ai.importing.staging import Staging

MANY = 40


@dataclass
class Meanwhile:
    """Does something at every step of the copy."""

    what: Callable[[], None]
    steps: int = 0

    def progress(self, *_: object) -> None:
        self.steps += 1
        assert self.steps < MANY, "the copy begins again and again"
        self.what()


def rows(source: Path, during: Callable[[], None]) -> int:
    """Take a snapshot with this done at every step, and return how many rows it has."""
    folder = source.parent / "staging"
    folder.mkdir()
    staging, meanwhile = Staging(folder), Meanwhile(during)
    local_file.snapshot(source, staging, meanwhile)
    assert meanwhile.steps > 1
    return file_in_use.rows_of(staging.database)


@pytest.mark.parametrize("journal", file_in_use.JOURNALS)
def test_the_snapshot_of_a_file_that_is_always_written_to_ends(
    journal: str, tmp_path: Path
) -> None:
    source = file_in_use.made(tmp_path / "mine.sqlite", journal)
    with file_in_use.written(source) as write:
        assert rows(source, write) >= 1


def test_where_there_is_a_log_no_lock_is_minded(tmp_path: Path) -> None:
    source = file_in_use.made(tmp_path / "mine.sqlite", "WAL")
    with file_in_use.locked(source) as lock:
        assert rows(source, lock) == 1


def test_a_lock_that_comes_meanwhile_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_file, "LOCK_WAIT", 0.1)
    source = file_in_use.made(tmp_path / "mine.sqlite", "DELETE")
    with file_in_use.locked(source) as lock, pytest.raises(ServerError) as caught:
        rows(source, lock)

    assert caught.value.code == "locked"

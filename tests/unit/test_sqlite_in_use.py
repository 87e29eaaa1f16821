"""The copy of a database that is written to meanwhile ends, and is whole."""

from collections.abc import Callable
from pathlib import Path

import file_in_use
import pytest

from thothctl.adapters import sqlite_copy
from thothctl.errors import InvalidInputError
from thothctl.model.event import Event

MANY = 40


def take(source: Path, during: Callable[[], None]) -> int:
    """Copy it with this done after every portion, and return how many rows there are."""
    seen: list[Event] = []

    def told(event: Event) -> None:
        seen.append(event)
        assert len(seen) < MANY, "the copy begins again and again"
        during()

    copy = source.with_name("copy.sqlite")
    sqlite_copy.take(source, copy, told)
    assert len(seen) > 1
    return file_in_use.rows_of(copy)


@pytest.mark.parametrize("journal", file_in_use.JOURNALS)
def test_the_copy_of_a_file_that_is_always_written_to_ends(journal: str, tmp_path: Path) -> None:
    source = file_in_use.made(tmp_path / "mine.sqlite", journal)
    with file_in_use.written(source) as write:
        assert take(source, write) >= 1


def test_where_there_is_a_log_no_lock_is_minded(tmp_path: Path) -> None:
    source = file_in_use.made(tmp_path / "mine.sqlite", "WAL")
    with file_in_use.locked(source) as lock:
        assert take(source, lock) == 1


def test_a_lock_that_comes_while_it_is_copied_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_copy, "LOCK_SECONDS", 0.1)
    source = file_in_use.made(tmp_path / "mine.sqlite", "DELETE")
    with file_in_use.locked(source) as lock, pytest.raises(InvalidInputError) as caught:
        take(source, lock)

    assert "locked by another program" in caught.value.message

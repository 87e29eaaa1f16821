"""The journal on disk: an entry is there as a whole, or it is not there."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fakes import FakeClock

from thothctl.adapters.journal_file import JournalFolder
from thothctl.errors import ThothctlError


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """As on a disk that is about to be full: what still fits is written, without any error."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_f5_an_entry_that_fits_in_part_is_an_error_and_no_entry(tmp_path: Path) -> None:
    journal = JournalFolder(tmp_path, FakeClock())

    with no_file_larger_than(4096), pytest.raises(ThothctlError):
        journal.begin("default", "1", {"event": "planned", "plan": "x" * 5000})
    assert journal.latest("default") is None

    journal.begin("default", "2", {"event": "planned"})
    with no_file_larger_than(4096), pytest.raises(ThothctlError):
        journal.record("default", "2", {"event": "failed", "error": "x" * 5000})
    journal.record("default", "2", {"event": "unwound"})
    found = journal.latest("default")
    assert found
    assert [entry["event"] for entry in found.entries] == ["planned", "unwound"]

"""What is packed arrives whole, or the backup fails at once and says why."""

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.keeping import archive, backup, point

FULL = Path("/dev/full")
ENOUGH = 8 << 20
SOME = 1 << 20

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What they make is theirs to test; here they only have to end as programs do."""
    for name in ("ZSTD", "AGE"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\nexec cat\n")
        program.chmod(0o700)
        monkeypatch.setattr(archive, name, str(program))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "volume"
    (folder / "databases").mkdir(parents=True)
    (folder / "databases/a.sqlite").write_bytes(os.urandom(ENOUGH))
    (folder / "databases/a.sqlite").chmod(0o444)
    with closing(sqlite3.connect(folder / point.DATABASE)) as database:
        database.execute("CREATE TABLE workspaces_database (file TEXT, engine TEXT)")
    return folder


def order(data: Path, folder: Path) -> backup.Order:
    return backup.Order(data, folder, "age1nobody", "unknown", "0001", "me@example.org")


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_ends_a_part_at_once(data: Path) -> None:
    stream = FULL.open("w+b")
    made = archive.Archive(stream, 0)

    with pytest.raises(ServerError, match="No space left") as caught:
        made.part("parts/data.tar", "age1nobody", archive.tar_of_folder(data))

    assert caught.value.exit_code == ExitCode.BACKUP_FAILED
    with pytest.raises(OSError, match="No space left"):
        stream.close()


def test_a_backup_that_cannot_be_written_leaves_nothing(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"

    with no_file_beyond(SOME), pytest.raises(ServerError, match="could not be written"):
        backup.make(order(data, kept))

    assert not list(kept.iterdir())
    assert not (data / point.ASIDE).exists()


def test_a_packer_that_ends_early_is_told_as_a_failure(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "AGE", "/bin/false")

    with pytest.raises(ServerError, match="could not be packed"):
        backup.make(order(data, tmp_path / "kept"))


def test_what_can_be_written_is_there(data: Path, tmp_path: Path) -> None:
    made = backup.make(order(data, tmp_path / "kept"))

    assert Path(str(made["file"])).stat().st_size > ENOUGH

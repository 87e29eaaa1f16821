"""A folder of an export: secrets stay out, and what was cut off is gone on with."""

import io
import tarfile
import threading
from pathlib import Path

import pytest

from thothctl.adapters.export_folder import SUMS, ExportFolders

EXPORTS = ExportFolders()
CANARY = b"AGE-SECRET-KEY-CANARY"


def tarred(folder: Path) -> bytes:
    """As the toolbox packs a volume."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.GNU_FORMAT) as tar:
        tar.add(folder, ".")
    return written.getvalue()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    EXPORTS.stage(tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    for name in ("secrets", "databases"):
        (tmp_path / "volume" / name).mkdir(parents=True)
    (tmp_path / "volume/app.sqlite").write_bytes(b"rows")
    (tmp_path / "volume/databases/secrets").write_bytes(b"rows")
    (tmp_path / "volume/secrets/backup_key").write_bytes(CANARY)
    return tmp_path / "volume"


def test_the_secrets_of_a_volume_stay_there(target: Path, volume: Path) -> None:
    with EXPORTS.tree(target, "data", "secrets") as sink:
        sink.write(tarred(volume))
    EXPORTS.publish(target)

    names = {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()}
    assert names == {"data/app.sqlite", "data/databases/secrets", SUMS}
    assert CANARY not in b"".join(p.read_bytes() for p in target.rglob("*") if p.is_file())


def test_what_was_published_before_the_end_was_noted_is_published(target: Path) -> None:
    with EXPORTS.file(target, "README.md") as sink:
        sink.write(b"all of it")
    EXPORTS.publish(target)

    EXPORTS.publish(target)

    assert (target / "README.md").read_bytes() == b"all of it"


def test_an_interruption_waits_for_what_is_being_unpacked(target: Path, volume: Path) -> None:
    def interrupted() -> None:
        with EXPORTS.tree(target, "data", "secrets") as sink:
            sink.write(tarred(volume))
            raise KeyboardInterrupt

    before = threading.active_count()

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert threading.active_count() == before

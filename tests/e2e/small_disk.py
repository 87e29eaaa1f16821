"""A file system in a file: small, full at will, and gone afterwards."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage

import pytest

NEARLY = 1024 * 1024


@dataclass(frozen=True)
class Disk:
    """Where it is mounted."""

    place: Path

    @property
    def filler(self) -> Path:
        return self.place / "filler"

    def fill(self, room: int) -> None:
        """Leave so many bytes; the last ones may go while it is at it."""
        size = disk_usage(self.place).free - room
        there = self.filler.stat().st_size if self.filler.exists() else 0
        filled = ["fallocate", "-o", str(there), "-l", str(size), str(self.filler)]
        subprocess.run(filled, capture_output=True, check=False)
        left = disk_usage(self.place).free
        assert left <= room + NEARLY, f"{left} bytes are left"

    def free(self) -> None:
        """At once: without the sync its room is given back when the journal is written."""
        self.filler.unlink(missing_ok=True)
        subprocess.run(["sync", "--file-system", str(self.place)], check=True)


@contextmanager
def small_disk(folder: Path, mib: int) -> Iterator[Disk]:
    """Mounted below a short path; only root can."""
    if os.geteuid() != 0:
        pytest.skip("only root mounts a small file system")
    place, file = Path(tempfile.mkdtemp(prefix="thothctl-", dir="/srv")), folder / "small.img"
    place.chmod(0o755)
    subprocess.run(["truncate", "-s", f"{mib}M", file], check=True)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", file], check=True)
    subprocess.run(["mount", "-o", "loop", file, place], check=True)
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
        place.rmdir()
        file.unlink(missing_ok=True)

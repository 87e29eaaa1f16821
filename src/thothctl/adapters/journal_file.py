"""Journals on disk: JSON lines, each durable before the next step begins."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from thothctl.adapters.files import private_folder, sync_folder, translated, write_all
from thothctl.model.recorded import JournalFile
from thothctl.world import Clock


class JournalFolder:
    """Answers `world.Journal`: one file an operation; its name sorts by time."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self._home, self._clock = home, clock

    def begin(self, install: str, operation: str, record: Mapping[str, object]) -> None:
        with translated("open the journal"):
            private_folder(self._home)
            folder = private_folder(self._folder(install))
            self._append(folder / f"{operation}.jsonl", record)
            sync_folder(folder)

    def record(self, install: str, operation: str, record: Mapping[str, object]) -> None:
        with translated("write the journal"):
            self._append(self._folder(install) / f"{operation}.jsonl", record)

    def latest(self, install: str) -> JournalFile | None:
        files = sorted(self._folder(install).glob("*.jsonl"))
        for path in reversed(files):
            if entries := read_entries(path):
                return JournalFile(path.stem, entries)
        return None

    def operations(self, install: str) -> tuple[JournalFile, ...]:
        files = sorted(self._folder(install).glob("*.jsonl"))
        read = ((path.stem, read_entries(path)) for path in files)
        return tuple(JournalFile(name, entries) for name, entries in read if entries)

    def _folder(self, install: str) -> Path:
        return self._home / "journal" / install

    def _append(self, path: Path, record: Mapping[str, object]) -> None:
        stamped = {"at": self._clock.now().isoformat(), **record}
        line = json.dumps(stamped, default=dict) + "\n"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(descriptor, end := _whole_lines(descriptor))
            os.lseek(descriptor, end, os.SEEK_SET)
            write_all(descriptor, line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _whole_lines(descriptor: int) -> int:
    """The length up to the last newline: a line torn by a power cut is cut off."""
    size = os.fstat(descriptor).st_size
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, size).rfind(b"\n") + 1


def read_entries(path: Path) -> tuple[Mapping[str, object], ...]:
    """All whole entries; a torn last line is passed over."""
    with translated(f"read {path}"):
        content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    return tuple(json.loads(line) for line in whole.splitlines())

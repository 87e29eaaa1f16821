"""Folders of plain files: written aside, with their sums, and renamed when complete."""

import hashlib
import os
import shutil
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from thothctl.adapters.files import PRIVATE, sync_folder, translated
from thothctl.errors import IntegrityError, ThothctlError, UsageError
from thothctl.world.exports import Sink

SUMS = "SHA256SUMS"
CHUNK = 1 << 20
OWN_RIGHTS = 0o700


class ExportFolders:
    """Answers `world.Exports`."""

    def free_bytes(self, target: Path) -> int | None:
        with translated(f"look at {target}"):
            place = next((one for one in target.parents if one.exists()), None)
            return shutil.disk_usage(place).free if place else None

    def stage(self, target: Path) -> None:
        if target.exists():
            raise UsageError(f"{target} is there already", hint="give --to a folder that is not")
        self.discard(target)
        with translated(f"create {target}"):
            _aside(target).mkdir(mode=PRIVATE, parents=True)

    @contextmanager
    def file(self, target: Path, name: str) -> Iterator[Sink]:
        path = _place(_aside(target), name)
        with translated(f"write {path}"):
            path.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            with path.open("wb") as stream:
                yield stream

    @contextmanager
    def tree(self, target: Path, folder: str, without: str) -> Iterator[Sink]:
        reading, writing = os.pipe()
        unpacking = _Unpacking(reading, _place(_aside(target), folder), without)
        unpacking.start()
        try:
            with suppress(BrokenPipeError), os.fdopen(writing, "wb") as stream:
                yield stream
        finally:
            unpacking.join()  # what is unpacked may be removed next
        if unpacking.error is not None:
            raise unpacking.error

    def publish(self, target: Path) -> None:
        aside = _aside(target)
        if target.exists() and not aside.exists():
            return
        with translated(f"publish {target}"):
            names = [path for path in sorted(aside.rglob("*")) if path.is_file()]
            sums = "".join(f"{_sha256(p)}  {p.relative_to(aside).as_posix()}\n" for p in names)
            (aside / SUMS).write_text(sums, encoding="utf-8")
            os.sync()
            aside.rename(target)
            sync_folder(target.parent)

    def discard(self, target: Path) -> None:
        with translated(f"remove what was made for {target}"), suppress(FileNotFoundError):
            shutil.rmtree(_aside(target))


class _Unpacking(threading.Thread):
    """Reads a tar from a pipe into a folder."""

    def __init__(self, descriptor: int, folder: Path, without: str) -> None:
        super().__init__(daemon=True)
        self._descriptor, self._folder, self._without = descriptor, folder, without
        self.error: ThothctlError | None = None

    def run(self) -> None:
        try:
            with os.fdopen(self._descriptor, "rb") as stream, translated(f"write {self._folder}"):
                _unpack(stream, self._folder, self._without)
                while stream.read(CHUNK):
                    pass
        except ThothctlError as error:
            self.error = error
        except (tarfile.TarError, EOFError) as error:
            self.error = IntegrityError(
                f"{self._folder.name} could not be unpacked: {error}", hint="run the command again"
            )


def _unpack(stream: BinaryIO, folder: Path, without: str) -> None:
    """Owners are left behind: the files are for whoever asked for them."""
    folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    with tarfile.open(fileobj=stream, mode="r|", bufsize=CHUNK) as tar:
        for member in tar:
            place = _place(folder, member.name)
            if (folder / without) in (place, *place.parents):
                continue
            if member.isdir():
                place.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            elif member.isreg() and (content := tar.extractfile(member)):
                with place.open("wb") as file:
                    shutil.copyfileobj(content, file, CHUNK)
                place.chmod(member.mode & OWN_RIGHTS)


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.unfinished")


def _place(root: Path, name: str) -> Path:
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts:
        raise IntegrityError(f"{name!r} leads out of its folder", hint="nothing was exported")
    return root / relative


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

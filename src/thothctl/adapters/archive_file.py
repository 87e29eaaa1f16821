"""One portable file a backup: a plain tar whose members are encrypted streams.

Sizes are not known before a stream ends: a member's header is written as a placeholder and patched
afterwards. The hashes of all members come last, so that a file without them is no backup, and
`sha256sum --check SHA256SUMS` tells without this program whether the unpacked files are whole.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from thothctl.adapters.files import translated
from thothctl.errors import IncompatibleError, IntegrityError
from thothctl.model.backup import FORMAT, Head, Manifest, Part, time_of
from thothctl.model.backup_plain import (
    head_from_plain,
    head_to_plain,
    manifest_from_plain,
    manifest_to_plain,
)

if TYPE_CHECKING:
    from thothctl.adapters.elsewhere import Elsewhere

HEAD, KEY, MANIFEST, SUMS = "thoth-backup.json", "key.age", "manifest.json", "SHA256SUMS"
OFFSETS = "offsets.json"
"""In an index: where the parts of an archive on another machine begin, and how long they are."""
BLOCK = tarfile.BLOCKSIZE
CHUNK = 1 << 20
LARGEST_TEXT = 64 << 20
PRIVATE_FILE = 0o600
KIND = FORMAT.partition("/")[0]


class ArchiveFiles:
    """Answers `world.Archives`; parts that are in no file of this machine come from `elsewhere`."""

    def __init__(self, elsewhere: "Elsewhere | None" = None) -> None:
        self._elsewhere = elsewhere

    @contextmanager
    def create(self, path: Path, head: Head, key: bytes | None) -> Iterator["Writing"]:
        with translated(f"write {path}"):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
            with os.fdopen(descriptor, "r+b", buffering=0) as stream:
                writing = Writing(cast("BinaryIO", stream), head)
                writing.text(HEAD, head_to_plain(head))
                if key is not None:
                    writing.content(KEY, key)
                yield writing

    def open(self, path: Path) -> "Reading":
        return Reading(path, self._elsewhere)

    def index(self, archive: Path, path: Path) -> None:
        """All of an archive but its parts, and where those lie in it."""
        whole = Reading(archive)
        with self.create(path, whole.head, whole.key()) as writing:
            writing.outline(whole)
            writing.seal(whole.manifest)


class Writing:
    """Answers `world.ArchiveWriter`."""

    def __init__(self, stream: BinaryIO, head: Head) -> None:
        self._stream, self._time = stream, int(time_of(head.id).timestamp())
        self._sums: dict[str, str] = {}

    @contextmanager
    def add(self, member: str) -> Iterator["Sink"]:
        with translated(f"write {member}"):
            start = self._stream.tell()
            _write(self._stream, bytes(BLOCK))
            sink = Sink(self._stream)
            yield sink
            _write(self._stream, bytes(-sink.stored % BLOCK))
            end = self._stream.tell()
            self._stream.seek(start)
            _write(self._stream, self._header(member, sink.stored))
            self._stream.seek(end)
            self._sums[member] = sink.stored_sha256

    def seal(self, manifest: Manifest) -> None:
        self.text(MANIFEST, manifest_to_plain(manifest))
        lines = (f"{digest}  {member}\n" for member, digest in self._sums.items())
        self.content(SUMS, "".join(lines).encode())
        with translated("finish the archive"):
            _write(self._stream, bytes(2 * BLOCK))
            os.fsync(self._stream.fileno())

    def outline(self, whole: "Reading") -> None:
        """Note the parts of another archive without taking them."""
        self.text(OFFSETS, whole.offsets)
        self._sums |= {part.member: part.stored_sha256 for part in whole.manifest.parts}

    def text(self, member: str, values: Mapping[str, object]) -> None:
        self.content(member, json.dumps(values, indent=1, sort_keys=True).encode() + b"\n")

    def content(self, member: str, content: bytes) -> None:
        with self.add(member) as sink:
            sink.write(content)

    def _header(self, member: str, size: int) -> bytes:
        """The GNU form holds any size in one block."""
        entry = tarfile.TarInfo(member)
        entry.size, entry.mtime, entry.mode = size, self._time, PRIVATE_FILE
        return entry.tobuf(tarfile.GNU_FORMAT)


class Sink:
    """Answers `world.PartSink`; what is written is hashed on the way."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._digest = stream, hashlib.sha256()
        self.stored = 0

    def write(self, chunk: bytes) -> None:
        _write(self._stream, chunk)
        self._digest.update(chunk)
        self.stored += len(chunk)

    @property
    def stored_sha256(self) -> str:
        return self._digest.hexdigest()


def _write(stream: BinaryIO, content: bytes) -> None:
    """All of it: a raw file may take less at a time."""
    view = memoryview(content)
    while view:
        view = view[stream.write(view) :]


class Reading:
    """Answers `world.Archive`."""

    def __init__(self, path: Path, elsewhere: "Elsewhere | None" = None) -> None:
        self._path, self._elsewhere = path, elsewhere
        self._sums: dict[str, str] = {}
        with translated(f"read {path}"):
            self.size = path.stat().st_size
        self._members = dict(self._walk())
        self._sums = self._read_sums()
        self.head = self._read_head()

    @cached_property
    def manifest(self) -> Manifest:
        with self._understood():
            manifest = manifest_from_plain(json.loads(self._content(MANIFEST)))
        if manifest.id != self.head.id or manifest.install != self.head.install:
            raise self._broken("its manifest is of another backup")
        return manifest

    def key(self) -> bytes | None:
        return self._content(KEY) if KEY in self._members else None

    @property
    def offsets(self) -> Mapping[str, tuple[int, int]]:
        """Where its parts begin, and how long they are."""
        kept = json.loads(self._content(OFFSETS)) if OFFSETS in self._members else self._members
        return {name: (int(start), int(size)) for name, (start, size) in kept.items()}

    def read(self, part: Part, key: Path | None = None) -> Iterator[bytes]:
        if part.snapshot:
            return self._far.snapshot(self._path, self.head, part, key)
        start, size = self.offsets.get(part.member, (0, -1))
        if size != part.stored or self._sums.get(part.member) != part.stored_sha256:
            raise self._broken(f"{part.name} is not there whole")
        if OFFSETS in self._members:
            return self._far.piece(self._path, self.head, start, size)
        return self._own(part, start, size)

    @property
    def _far(self) -> "Elsewhere":
        if self._elsewhere is None:
            raise self._broken("its parts lie elsewhere")
        return self._elsewhere

    def _own(self, part: Part, start: int, size: int) -> Iterator[bytes]:
        with translated(f"read {self._path}"), self._path.open("rb") as stream:
            stream.seek(start)
            left = size
            while left and (chunk := stream.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk
        if left:
            raise self._broken(f"{part.name} is cut off")

    def _read_head(self) -> Head:
        with self._understood():
            values = json.loads(self._content(HEAD))
            found = str(values.get("format"))
            if found.startswith(f"{KIND}/") and found != FORMAT:
                raise IncompatibleError(
                    f"{self._path} is of the format {found}, this program reads {FORMAT}",
                    hint="upgrade thothctl first",
                )
            return head_from_plain(values)

    def _walk(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """Every member: where its content begins, and how long it is."""
        with translated(f"read {self._path}"), self._path.open("rb") as stream:
            position = 0
            while position < self.size:
                stream.seek(position)
                block = stream.read(BLOCK)
                if not block.strip(b"\0"):
                    return
                member = self._entry(block)
                yield member.name, (position + BLOCK, member.size)
                position += BLOCK + member.size + -member.size % BLOCK

    def _entry(self, block: bytes) -> tarfile.TarInfo:
        try:
            entry = tarfile.TarInfo.frombuf(block, tarfile.ENCODING, "strict")
        except (tarfile.HeaderError, UnicodeError) as error:
            raise self._broken("a header is damaged") from error
        if not entry.isreg() or entry.size < 0:
            raise self._broken(f"{entry.name} is no plain file")
        return entry

    def _content(self, member: str) -> bytes:
        start, size = self._members.get(member, (0, -1))
        if not 0 <= size <= LARGEST_TEXT or start + size > self.size:
            raise self._broken(f"{member} is missing")
        with translated(f"read {self._path}"), self._path.open("rb") as stream:
            stream.seek(start)
            content = stream.read(size)
        if member != SUMS and hashlib.sha256(content).hexdigest() != self._sums.get(member):
            raise self._broken(f"{member} is damaged")
        return content

    def _read_sums(self) -> dict[str, str]:
        lines = self._content(SUMS).decode(errors="replace").splitlines()
        return {member: digest for digest, _, member in (line.partition("  ") for line in lines)}

    @contextmanager
    def _understood(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._broken(f"what it says of itself makes no sense: {error}") from error

    def _broken(self, why: str) -> IntegrityError:
        return IntegrityError(
            f"{self._path} is no complete backup: {why}",
            hint="take another one: see `thothctl backup list`",
        )


def packed(files: Mapping[str, bytes], moment: int, mode: int = PRIVATE_FILE) -> bytes:
    """A small tar of files that are in memory."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(content), moment, mode
            tar.addfile(entry, io.BytesIO(content))
    return stream.getvalue()

"""The file of a backup: a tar of compressed and encrypted streams, and what is said of them."""

import hashlib
import io
import json
import subprocess
import tarfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from thoth_ai.errors import ExitCode, ServerError

CHUNK = 1 << 20
BLOCK = tarfile.BLOCKSIZE
PRIVATE_FILE = 0o600
Producer = Callable[[BinaryIO], None]


@dataclass(frozen=True, slots=True)
class Packed:
    """One part as it went in."""

    bytes: int
    sha256: str
    stored: int
    stored_sha256: str


class Archive:
    """A backup file in the making; its members go in one after the other."""

    def __init__(self, stream: BinaryIO, moment: int) -> None:
        self._stream, self._moment = stream, moment
        self._sums: dict[str, str] = {}

    def content(self, member: str, content: bytes) -> None:
        """Add a small member."""
        self._stream.write(self._header(member, len(content)) + content)
        self._stream.write(bytes(-len(content) % BLOCK))
        self._sums[member] = hashlib.sha256(content).hexdigest()

    def document(self, member: str, values: Mapping[str, object]) -> None:
        """Add a member that is JSON."""
        self.content(member, json.dumps(values, indent=1, sort_keys=True).encode() + b"\n")

    def part(self, member: str, recipient: str, produce: Producer) -> Packed:
        """Add what a producer writes, packed; raises ServerError when that does not end well."""
        start = self._stream.tell()
        self._stream.write(bytes(BLOCK))
        packed = _packed(recipient, produce, self._stream)
        self._stream.write(bytes(-packed.stored % BLOCK))
        end = self._stream.tell()
        self._stream.seek(start)
        self._stream.write(self._header(member, packed.stored))
        self._stream.seek(end)
        self._sums[member] = packed.stored_sha256
        return packed

    def seal(self, manifest: Mapping[str, object]) -> None:
        """Write the manifest and the sums of everything; without them it is no backup."""
        self.document("manifest.json", manifest)
        lines = "".join(f"{digest}  {member}\n" for member, digest in self._sums.items())
        self.content("SHA256SUMS", lines.encode())
        self._stream.write(bytes(2 * BLOCK))

    def _header(self, member: str, size: int) -> bytes:
        entry = tarfile.TarInfo(member)
        entry.size, entry.mtime, entry.mode = size, self._moment, PRIVATE_FILE
        return entry.tobuf(tarfile.GNU_FORMAT)


def tar_of_folder(folder: Path) -> Producer:
    """Write a folder with numeric owners."""

    def produce(stream: BinaryIO) -> None:
        with tarfile.open(fileobj=stream, mode="w|", format=tarfile.GNU_FORMAT) as tar:
            for path in sorted(folder.rglob("*")):
                tar.add(path, str(path.relative_to(folder)), recursive=False, filter=_numeric)

    return produce


def tar_of_files(files: Mapping[str, bytes]) -> Producer:
    """Write files that are in memory."""

    def produce(stream: BinaryIO) -> None:
        with tarfile.open(fileobj=stream, mode="w|", format=tarfile.GNU_FORMAT) as tar:
            for name, content in sorted(files.items()):
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = len(content), PRIVATE_FILE
                tar.addfile(entry, io.BytesIO(content))

    return produce


def _numeric(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Names of users mean nothing elsewhere; a link of ours is the file itself."""
    entry.uname = entry.gname = ""
    return entry


class _Metered(io.RawIOBase):
    """Hashes what goes through."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink, self.digest, self.size = sink, hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, chunk: object) -> int:
        content = bytes(cast("bytes", chunk))
        self.digest.update(content)
        self.size += len(content)
        self._sink.write(content)
        return len(content)


def _packed(recipient: str, produce: Producer, stream: BinaryIO) -> Packed:
    zstd = subprocess.Popen(
        ["/usr/bin/zstd", "-q", "-T0", "-3"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    age = subprocess.Popen(  # noqa: S603 - no shell, and the key begins with age1
        ["/usr/bin/age", "--encrypt", "--recipient", recipient],
        stdin=zstd.stdout,
        stdout=subprocess.PIPE,
    )
    assert zstd.stdin and zstd.stdout and age.stdout  # noqa: S101, PT018 - all are pipes
    zstd.stdout.close()
    plain, stored = _Metered(cast("BinaryIO", zstd.stdin)), _Metered(stream)
    reading = threading.Thread(target=_drain, args=(age.stdout, stored))
    reading.start()
    try:
        produce(cast("BinaryIO", plain))
    finally:
        zstd.stdin.close()
        reading.join()
        ended = zstd.wait(), age.wait()
    if ended != (0, 0):
        raise ServerError(
            "The backup could not be packed.",
            hint="See what was said above; nothing was published.",
            code="backup_failed",
            exit_code=ExitCode.BACKUP_FAILED,
        )
    return Packed(plain.size, plain.digest.hexdigest(), stored.size, stored.digest.hexdigest())


def _drain(source: BinaryIO, sink: _Metered) -> None:
    while chunk := source.read(CHUNK):
        sink.write(chunk)

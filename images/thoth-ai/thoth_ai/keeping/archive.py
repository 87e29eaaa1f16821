"""The file of a backup: a tar of compressed and encrypted streams, and what is said of them."""

import hashlib
import io
import json
import subprocess
import tarfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from thoth_ai.errors import ExitCode, ServerError

CHUNK = 1 << 20
BLOCK = tarfile.BLOCKSIZE
PRIVATE_FILE = 0o600
ZSTD, AGE = "/usr/bin/zstd", "/usr/bin/age"
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


class _Draining(threading.Thread):
    """Carries what comes out of a pipe to a sink; where that fails, the pipe is closed."""

    def __init__(self, source: BinaryIO, sink: _Metered) -> None:
        super().__init__()
        self._source, self._sink = source, sink
        self.error: OSError | None = None

    def run(self) -> None:
        try:
            with self._source:
                while chunk := self._source.read(CHUNK):
                    self._sink.write(chunk)
        except OSError as error:  # whoever writes to the pipe ends of it, and so does its writer
            self.error = error


def _packed(recipient: str, produce: Producer, stream: BinaryIO) -> Packed:
    zstd, age = _programs(recipient)
    assert zstd.stdin and age.stdout  # noqa: S101, PT018 - both are pipes
    plain, stored = _Metered(cast("BinaryIO", zstd.stdin)), _Metered(stream)
    draining = _Draining(cast("BinaryIO", age.stdout), stored)
    draining.start()
    try:
        with suppress(BrokenPipeError):  # why nobody reads any more is told below
            produce(cast("BinaryIO", plain))
    finally:
        with suppress(BrokenPipeError):
            zstd.stdin.close()
        draining.join()
        ended = zstd.wait(), age.wait()
    if draining.error:
        raise failed(f"The backup could not be written: {draining.error}.") from draining.error
    if ended != (0, 0):
        raise failed("The backup could not be packed.")
    return Packed(plain.size, plain.digest.hexdigest(), stored.size, stored.digest.hexdigest())


def _programs(recipient: str) -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
    zstd = subprocess.Popen(  # noqa: S603 - no shell
        [ZSTD, "-q", "-T0", "-3"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    age = subprocess.Popen(  # noqa: S603 - no shell, and the key begins with age1
        [AGE, "--encrypt", "--recipient", recipient], stdin=zstd.stdout, stdout=subprocess.PIPE
    )
    assert zstd.stdout  # noqa: S101 - a pipe
    zstd.stdout.close()
    return zstd, age


def failed(message: str) -> ServerError:
    """Nothing was published."""
    return ServerError(
        message,
        hint="See what was said above, and how much space is free; nothing was published.",
        code="backup_failed",
        exit_code=ExitCode.BACKUP_FAILED,
    )

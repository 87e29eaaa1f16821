"""Streams a database into the container, and reads what the server says of it line by line."""

import base64
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from pathlib import Path
from typing import IO, Any

from thothctl.adapters.bird_folder import description_files, find, table_files
from thothctl.adapters.files import translated
from thothctl.adapters.obtaining import obtained
from thothctl.adapters.process import started
from thothctl.adapters.sqlite_source import snapshot
from thothctl.errors import (
    BackupFailedError,
    CheckFailedError,
    EngineUnreachableError,
    ExitCode,
    IncompatibleError,
    IntegrityError,
    InvalidInputError,
    LockedError,
    NameInUseError,
    NetworkError,
    NoSpaceError,
    NotHealthyError,
    ServerFailedError,
    StoppedError,
    ThothctlError,
)
from thothctl.model.answer import (
    DatabaseFolder,
    DatabaseSource,
    ImportRequest,
    ImportResult,
    JsonObject,
)
from thothctl.model.event import Progress
from thothctl.model.recorded import Snapshot
from thothctl.world import Report

CHUNK = 1024 * 1024
BY_CODE: Mapping[int, type[ThothctlError]] = {
    ExitCode.INTERNAL: ServerFailedError,
    ExitCode.CHECK_FAILED: CheckFailedError,
    ExitCode.LOCKED: LockedError,
    ExitCode.INVALID_INPUT: InvalidInputError,
    ExitCode.NOT_HEALTHY: NotHealthyError,
    ExitCode.BACKUP_FAILED: BackupFailedError,
    ExitCode.INTEGRITY: IntegrityError,
    ExitCode.INCOMPATIBLE: IncompatibleError,
    ExitCode.NO_SPACE: NoSpaceError,
    ExitCode.NETWORK: NetworkError,
    ExitCode.INTERRUPTED: StoppedError,
}
"""What the server's exit codes are here; they are the same."""


class StreamImporter:
    """Answers `world.Importer`."""

    def __init__(
        self,
        home: Path,
        environment: Mapping[str, str],
        child: Mapping[str, str],
        report: Report,
    ) -> None:
        self._home, self._environment, self._child, self._report = home, environment, child, report

    def obtained(self, place: str, sha256: str) -> AbstractContextManager[Path]:
        return obtained(self._home, self._environment, place, sha256, self._report)

    def find(self, path: Path) -> DatabaseFolder:
        return find(path)

    def snapshot(self, source: DatabaseSource) -> AbstractContextManager[Snapshot]:
        if source.file.is_dir():
            return nullcontext(_folder_of_tables(source.file))
        return snapshot(self._home, source, self._report)

    def send(self, container: str, request: ImportRequest) -> ImportResult:
        argv = ["docker", "exec", "-i", container, "import-bird", "--bundle", "-"]
        argv += ["--name", request.name, "--create-workspace", "--output", "ndjson"]
        argv += ["--replace"] if request.replace else []
        argv += request.wishes
        packed = _packed(request.source.descriptions) if request.source.descriptions else []
        with started(argv, environment=self._child, feed=True) as process:
            assert process.stdin and process.stdout  # noqa: S101, PT018 - both piped
            given = (process.stdin, request, packed, self._report)
            feeder = threading.Thread(target=_feed, args=given)
            feeder.start()
            last = self._listen(process.stdout)
            feeder.join()
            status = process.wait()
            assert process.stderr is not None  # noqa: S101 - piped
            complaint = process.stderr.read().decode(errors="replace").strip()
        return _result(last, status, complaint)

    def _listen(self, stream: IO[bytes]) -> dict[str, Any]:
        last: dict[str, Any] = {}
        for line in stream:
            with suppress(ValueError):
                last = json.loads(line)
            if last.get("event") == "progress":
                self._report(_progress(last))
        return last


def _folder_of_tables(folder: Path) -> Snapshot:
    """Nothing is copied: what changes while it is sent is noticed by its checksum."""
    files = table_files(folder)
    for file in files:
        with translated(f"read {file}"):
            file.open("rb").close()
    return Snapshot(folder, sum(file.stat().st_size for file in files), "")


def _progress(said: Mapping[str, Any]) -> Progress:
    done, total = said.get("done"), said.get("total")
    return Progress("server", str(said.get("phase", "")), done, total, str(said.get("unit", "")))


def _feed(
    pipe: IO[bytes], request: ImportRequest, packed: Sequence[JsonObject], report: Report
) -> None:
    """One tar stream; a server that hangs up early tells why on its output.

    The pipe stays open: that it closes before there is a result is how the server learns that
    nobody wants one any more.
    """
    with suppress(BrokenPipeError), ExitStack() as failing:
        failing.callback(pipe.close)
        with tarfile.open(fileobj=pipe, mode="w|") as tar:
            _fill(tar, request, packed, report)
        pipe.flush()
        failing.pop_all()


def _fill(
    tar: tarfile.TarFile, request: ImportRequest, packed: Sequence[JsonObject], report: Report
) -> None:
    source = request.source
    contents = _contents(request.database)
    facts: dict[str, object] = {"origin": source.file.name, "db_id": source.id, "attended": True}
    if request.database.is_dir():
        facts["tables"] = {name: _sha256(path) for name, path in contents.items()}
    else:
        facts |= {"sha256": request.sha256, "bytes": request.bytes}
    _add_json(tar, "manifest.json", facts)
    for name, path in (("questions.json", source.questions), ("tables.json", source.tables)):
        if path:
            with path.open("rb") as stream:
                _add(tar, name, stream, path.stat().st_size)
    if packed:
        _add_json(tar, "descriptions.json", packed)
    for name, path in contents.items():
        size = path.stat().st_size
        with path.open("rb") as stream:
            _add(tar, name, _Watched(stream, size, report), size)  # type: ignore[arg-type]  # reads


def _contents(database: Path) -> dict[str, Path]:
    """Return what is sent under which name: one database, or the files of its tables."""
    if not database.is_dir():
        return {"database.sqlite": database}
    return {f"tables/{one.stem}{one.suffix.lower()}": one for one in table_files(database)}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _packed(folder: Path) -> Sequence[JsonObject]:
    """The bytes as they are: what they are to mean is decided where they are read."""
    with translated(f"read {folder}"):
        return [
            {
                "name": path.name.encode("utf-8", "replace").decode(),
                "base64": base64.b64encode(path.read_bytes()).decode(),
            }
            for path in description_files(folder)
        ]


def _add_json(tar: tarfile.TarFile, name: str, value: object) -> None:
    text = json.dumps(value).encode()
    _add(tar, name, io.BytesIO(text), len(text))


def _add(tar: tarfile.TarFile, name: str, stream: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size = size
    tar.addfile(member, stream)


class _Watched:
    """A stream that reports how far it was read."""

    def __init__(self, stream: IO[bytes], total: int, report: Report) -> None:
        self._stream, self._total, self._report, self._done = stream, total, report, 0

    def read(self, size: int = CHUNK) -> bytes:
        chunk = self._stream.read(size)
        before, self._done = self._done // CHUNK, self._done + len(chunk)
        if self._done // CHUNK > before or self._done == self._total:
            self._report(Progress("stream", "sending", self._done, self._total, "bytes"))
        return chunk


def _result(last: Mapping[str, Any], status: int, complaint: str) -> ImportResult:
    if last.get("event") == "result" and status == 0:
        return ImportResult(
            workspace=str(last["workspace"]),
            rows=int(last["rows"]),
            tables=tuple(last["tables"]),
            details={k: v for k, v in last.items() if k not in ("event", "tables")},
        )
    if last.get("event") == "error":
        raise _refusal(last)
    raise EngineUnreachableError(
        f"the import was cut off (exit status {status}){': ' + complaint if complaint else ''}",
        hint="nothing was kept; see `thothctl status`, then run the command again",
    )


def _refusal(said: Mapping[str, Any]) -> ThothctlError:
    if said.get("code") == "name_in_use":
        kind: type[ThothctlError] = NameInUseError
    else:
        kind = BY_CODE.get(int(said.get("exit_code") or 0), ServerFailedError)
    return kind(str(said.get("message", "refused")), hint=str(said.get("hint") or "see the logs"))

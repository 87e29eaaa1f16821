"""Looks at deployments that others made, and changes nothing of theirs."""

import gzip
import json
import os
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from thothctl.adapters import dumps
from thothctl.adapters.compressed import DAMAGE, telling_damage
from thothctl.adapters.files import translated
from thothctl.adapters.process import output
from thothctl.errors import EngineRefusedError, IntegrityError
from thothctl.world.outsiders import OutsideContainer, VolumeTar

GZIP = b"\x1f\x8b"
CHUNK = 1 << 20
SECONDS = 60
VERSION_FILE, CONTROL, DATABASE = "PG_VERSION", "global/pg_control", "thoth.sqlite"
PROJECT = "com.docker.compose.project"
FOLDER, SERVICE = f"{PROJECT}.working_dir", "com.docker.compose.service"
LISTED = f'{{{{.ID}}}}\t{{{{.Label "{PROJECT}"}}}}\t{{{{.Label "{FOLDER}"}}}}'


class Outsiders:
    """Answers `world.Outsiders`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)

    def volume_tar(self, path: Path) -> VolumeTar:
        with _understood(path), _opened(path) as stream:
            found = _Looked(path)
            with tarfile.open(fileobj=stream, mode="r|", bufsize=CHUNK) as tar:
                for member in tar:
                    found.see(tar, member)
            while stream.read(CHUNK):
                pass  # the checksum of gzip comes last
        return found.result()

    def plain(self, path: Path) -> Iterator[bytes]:
        with _understood(path), _opened(path) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    def dumped_files(self, path: Path, folder: Path | None) -> tuple[Path, ...]:
        return dumps.files_of(path, b"".join(self.plain(path)), folder)

    def dump(self, path: Path, files: Sequence[Path]) -> Iterator[bytes]:
        return dumps.packed(b"".join(self.plain(path)), files)

    def project(self, source: str) -> tuple[OutsideContainer, ...]:
        chosen = ("--all", "--no-trunc", "--filter", f"label={PROJECT}", "--format", LISTED)
        lines = [line.split("\t") for line in self._docker("ps", *chosen).splitlines()]
        folder = os.path.realpath(Path(source).expanduser())
        # Those of others are not asked for more: they may be gone by then.
        own = [one for one, name, there in lines if name == source or _real(there) == folder]
        return tuple(map(_container, json.loads(self._docker("inspect", *own)))) if own else ()

    def _docker(self, *words: str) -> str:
        status, said = output(["docker", *words], environment=self._environment, seconds=SECONDS)
        if status != 0:
            raise EngineRefusedError(
                f"Docker refused to look: {said.strip()[-200:]}", hint="see `thothctl doctor`"
            )
        return said


@dataclass
class _Looked:
    """What was seen of a tar so far."""

    path: Path
    bytes: int = 0
    files: int = 0
    versions: dict[str, str] = field(default_factory=dict)
    controls: set[str] = field(default_factory=set)
    databases: list[str] = field(default_factory=list)

    def see(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        place = PurePosixPath(member.name)
        if place.is_absolute() or ".." in place.parts:
            raise _broken(self.path, f"{member.name!r} leads out of its folder")
        if not member.isreg():
            return
        self.bytes, self.files = self.bytes + member.size, self.files + 1
        if place.name == VERSION_FILE and (content := tar.extractfile(member)):
            self.versions[str(place.parent)] = content.read(16).decode(errors="replace").strip()
        elif str(place).endswith(CONTROL):
            self.controls.add(str(place.parent.parent))
        elif place.name == DATABASE:
            self.databases.append(str(place))

    def result(self) -> VolumeTar:
        clusters = sorted(self.controls & set(self.versions), key=len)
        if clusters:
            folder = clusters[0]
            major = self.versions[folder]
            return VolumeTar(str(self.path), folder, self.bytes, self.files, major=major)
        file = min(self.databases, key=len, default="")
        folder = str(PurePosixPath(file).parent)
        return VolumeTar(str(self.path), folder, self.bytes, self.files, database=file)


def _real(folder: str) -> str:
    """Compose tells it as it was written, through links, too."""
    return os.path.realpath(folder) if folder else ""


def _container(document: Mapping[str, object]) -> OutsideContainer:
    config = cast("Mapping[str, object]", document["Config"])
    labels = cast("Mapping[str, str]", config.get("Labels") or {})
    pairs = (str(one).partition("=") for one in cast("list[str]", config.get("Env") or []))
    mounts = cast("list[Mapping[str, str]]", document.get("Mounts") or [])
    return OutsideContainer(
        str(document["Id"]),
        str(document["Name"]).lstrip("/"),
        labels.get(SERVICE, ""),
        str(document["Image"]),
        bool(cast("Mapping[str, object]", document["State"]).get("Running")),
        labels,
        {name: value for name, _, value in pairs},
        {str(m["Destination"]): str(m.get("Name") or m["Source"]) for m in mounts},
        _aliases(document),
    )


def _aliases(document: Mapping[str, object]) -> frozenset[str]:
    settings = cast("Mapping[str, object]", document.get("NetworkSettings") or {})
    networks = cast("Mapping[str, Mapping[str, object]]", settings.get("Networks") or {})
    given = (cast("list[str]", one.get("Aliases") or []) for one in networks.values())
    return frozenset(name for names in given for name in names)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as raw:
        if raw.peek(2)[:2] == GZIP:
            with gzip.open(raw) as stream:
                yield cast("BinaryIO", stream)
        else:
            yield raw


@contextmanager
def _understood(path: Path) -> Iterator[None]:
    try:
        with translated(f"read {path}"), telling_damage():
            yield
    except DAMAGE as error:
        raise _broken(path, str(error)) from error


def _broken(path: Path, why: str) -> IntegrityError:
    return IntegrityError(
        f"{path} makes no sense: {why}; nothing was changed",
        hint="make it again, as `docker run --rm -v VOLUME:/data:ro IMAGE tar czf - -C /data .`",
    )

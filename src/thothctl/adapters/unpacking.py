"""Unpacks zip and tar archives, and refuses those that were made to harm."""

import io
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from thothctl.adapters.compressed import DAMAGE, telling_damage
from thothctl.adapters.files import translated
from thothctl.errors import InvalidInputError, NoSpaceError

MIB = 1024 * 1024
RESERVE = 64 * MIB
MOST_MEMBERS = 50_000
MOST_TIMES = 100
"""What is packed may be so many times larger unpacked; databases are about ten times."""
ALWAYS_ALLOWED = 256 * MIB
TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
ENDINGS = (".zip", *TARS)


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    size: int
    is_file: bool
    content: "IO[bytes]"


def is_archive(path: Path) -> bool:
    """Say whether a file is to be unpacked, by its name."""
    return path.is_file() and path.name.lower().endswith(ENDINGS)


def stem_of(name: str) -> str:
    """Return the name without the ending of an archive."""
    ending = next(
        (one for one in sorted(ENDINGS, key=len, reverse=True) if name.lower().endswith(one)), ""
    )
    return name[: len(name) - len(ending)] or "database"


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack into a folder; returns the one folder that everything is in, if there is one."""
    allowed = max(ALWAYS_ALLOWED, MOST_TIMES * archive.stat().st_size)
    try:
        with translated(f"unpack {archive}"), telling_damage():
            _write_all(archive, folder, allowed)
    except DAMAGE as error:
        raise InvalidInputError(
            f"{archive} is damaged: {error}", hint="fetch or copy the archive again"
        ) from error
    except RuntimeError as error:  # what zipfile says of an encrypted member
        raise InvalidInputError(
            f"{archive} cannot be unpacked: {error}", hint="unpack it yourself, then import"
        ) from error
    entries = list(folder.iterdir())
    return entries[0] if len(entries) == 1 and entries[0].is_dir() else folder


def _write_all(archive: Path, folder: Path, allowed: int) -> None:
    left = allowed
    with _opened(archive) as members:
        for count, member in enumerate(members, start=1):
            if count > MOST_MEMBERS:
                raise _bomb(archive, f"it has more than {MOST_MEMBERS:,} members")
            target = _target(archive, folder, member.name)
            if not member.is_file or target is None:
                continue
            if member.size > left:
                raise _bomb(archive, f"it would take more than {allowed // MIB:,} MiB")
            _require_room(folder, member.size)
            left -= _write(archive, member, target)


def _write(archive: Path, member: _Member, target: Path) -> int:
    """What is written counts, whatever the archive says of its size."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with member.content as source, target.open("xb") as out:
        while chunk := source.read(MIB):
            written += len(chunk)
            if written > member.size:
                raise _bomb(archive, f"{member.name} is larger than it says")
            out.write(chunk)
    return written


def _target(archive: Path, folder: Path, name: str) -> Path | None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if name.startswith(("/", "\\")) or ".." in parts or any(":" in part for part in parts):
        raise _bomb(archive, f"{name!r} would be written outside its folder")
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return None if hidden or not parts else folder.joinpath(*parts)


@contextmanager
def _opened(archive: Path) -> Iterator[Iterator[_Member]]:
    if archive.name.lower().endswith(".zip"):
        with zipfile.ZipFile(archive) as packed:
            yield (_zipped(packed, one) for one in packed.infolist())
        return
    with tarfile.open(archive) as packed_tar:
        yield _all_of(packed_tar)


def _all_of(packed: tarfile.TarFile) -> Iterator[_Member]:
    """Read to the very end, behind the last member: the checksum of what is compressed is there."""
    for one in packed:
        yield _tarred(packed, one)
    while packed.fileobj and packed.fileobj.read(MIB):
        pass


def _zipped(packed: zipfile.ZipFile, one: zipfile.ZipInfo) -> _Member:
    mode = one.external_attr >> 16
    plain = not one.is_dir() and (not stat.S_IFMT(mode) or stat.S_ISREG(mode))
    return _Member(one.filename, one.file_size, plain, packed.open(one))


def _tarred(packed: tarfile.TarFile, one: tarfile.TarInfo) -> _Member:
    content = packed.extractfile(one) if one.isreg() else None
    plain = content is not None and not one.issparse()
    return _Member(one.name, one.size, plain, content or io.BytesIO())


def _require_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + RESERVE:
        raise NoSpaceError(
            f"{(size + RESERVE) // MIB} MiB are needed at {folder}, {free // MIB} MiB are free",
            hint="free some space, or set THOTHCTL_HOME to another disk",
        )


def _bomb(archive: Path, why: str) -> InvalidInputError:
    return InvalidInputError(
        f"{archive} is refused: {why}", hint="unpack it yourself if you trust it, then import that"
    )

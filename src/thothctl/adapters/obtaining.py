"""What the user points at, as a path on this machine: fetched and unpacked where needed."""

import hashlib
import hmac
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from thothctl.adapters import unpacking
from thothctl.adapters.download import Downloader, Wanted
from thothctl.adapters.files import private_folder, translated
from thothctl.errors import IntegrityError, UsageError
from thothctl.model.event import Progress
from thothctl.world import Report


@contextmanager
def obtained(
    home: Path, environment: Mapping[str, str], place: str, sha256: str, report: Report
) -> Iterator[Path]:
    """Give a file or folder; what was fetched or unpacked is gone afterwards.

    Only what was fetched in part stays: the next try goes on with it.
    """
    work = private_folder(private_folder(home) / "work")
    if "://" not in place:
        path = Path(place)
        if sha256:
            _require_digest(path, sha256)
        with _unpacked(path, work, report) as found:
            yield found
        return
    downloads = private_folder(work / "downloads")
    whole = Downloader(downloads, environment, report).fetch(Wanted(place, sha256))
    try:
        with _unpacked(whole, work, report) as found:
            yield found
    finally:
        shutil.rmtree(whole.parent.parent, ignore_errors=True)


@contextmanager
def _unpacked(path: Path, work: Path, report: Report) -> Iterator[Path]:
    if not unpacking.is_archive(path):
        yield path
        return
    report(Progress(path.name, "unpacking"))
    with translated("make a working copy"):
        folder = tempfile.TemporaryDirectory(dir=work, prefix="unpacked-")
    with folder as name:
        inside = private_folder(Path(name) / unpacking.stem_of(path.name))
        yield unpacking.unpack(path, inside)


def _require_digest(path: Path, sha256: str) -> None:
    if not path.is_file():
        raise UsageError(f"{path} is no file with a checksum", hint="leave out --sha256")
    with translated(f"read {path}"), path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if not hmac.compare_digest(found, sha256.lower()):
        raise IntegrityError(
            f"the checksum of {path} is {found}", hint="compare it with what the publisher says"
        )

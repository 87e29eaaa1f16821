"""What the user points at, as a path on this machine: fetched and unpacked where needed."""

import hashlib
import hmac
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from thothctl.adapters import unpacking
from thothctl.adapters.download import Downloader, Wanted
from thothctl.adapters.files import private_folder, translated
from thothctl.adapters.work_folder import kept_folder, work_folder, work_of
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
    if "://" not in place:
        path = Path(place)
        if sha256:
            _require_digest(path, sha256)
        with _unpacked(path, home, report) as found:
            yield found
        return
    wanted = Wanted(place, sha256)

    def waiting() -> None:
        report(Progress(wanted.name, "waiting for another command that fetches it"))

    with kept_folder(work_of(home) / "downloads" / wanted.key, waiting) as folder:
        whole = Downloader(folder, environment, report).fetch(wanted)
        try:
            with _unpacked(whole, home, report) as found:
                yield found
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _unpacked(path: Path, home: Path, report: Report) -> Iterator[Path]:
    if not unpacking.is_archive(path):
        yield path
        return
    report(Progress(path.name, "unpacking"))
    with work_folder(home, "unpacked") as folder:
        yield unpacking.unpack(path, private_folder(folder / unpacking.stem_of(path.name)))


def _require_digest(path: Path, sha256: str) -> None:
    if not path.is_file():
        raise UsageError(f"{path} is no file with a checksum", hint="leave out --sha256")
    with translated(f"read {path}"), path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if not hmac.compare_digest(found, sha256.lower()):
        raise IntegrityError(
            f"the checksum of {path} is {found}", hint="compare it with what the publisher says"
        )

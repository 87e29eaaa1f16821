"""Folders that backups are kept in."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from thothctl.adapters.archive_file import ArchiveFiles
from thothctl.adapters.files import PRIVATE, sync_folder, translated
from thothctl.adapters.places import Credentials, is_remote
from thothctl.adapters.remote_target import RemoteTarget, Way
from thothctl.errors import ThothctlError
from thothctl.model.backup import EVERYBODY, SUFFIX, Stored
from thothctl.world.backups import Archives, Target, Toolbox

STAGING = ".staging"


class BackupTargets:
    """Answers `world.Targets`; `credentials` are asked by the name of an install."""

    def __init__(
        self,
        archives: ArchiveFiles,
        home: Path,
        toolbox: Callable[[], Toolbox],
        credentials: Callable[[str], Credentials],
    ) -> None:
        self._archives, self._home = archives, home
        self._toolbox, self._credentials = toolbox, credentials

    def open(self, address: str, name: str = "") -> Target:
        if is_remote(address):
            way = Way(self._home, self._toolbox, self._credentials(name))
            return RemoteTarget(address, way, self._archives)
        return BackupFolder(Path(address).expanduser().absolute(), self._archives)


class BackupFolder:
    """Answers `world.Target` for a folder of this machine."""

    def __init__(self, folder: Path, archives: Archives) -> None:
        self._folder, self._archives = folder, archives

    @property
    def address(self) -> str:
        return str(self._folder)

    @property
    def near(self) -> Path:
        return self._folder

    def free_bytes(self) -> int | None:
        with translated(f"look at {self._folder}"):
            for place in (self._folder, *self._folder.parents):
                if place.exists():
                    return shutil.disk_usage(place).free
        return None

    def stage(self, backup: str) -> Path:
        with translated(f"create {self._folder}"):
            (self._folder / STAGING).mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        return self._folder / STAGING / f"{backup}{SUFFIX}"

    def publish(self, backup: str) -> str:
        path = self._path(backup)
        with translated(f"publish {path}"):
            staged = self._folder / STAGING / path.name
            if staged.exists() or not path.exists():
                staged.replace(path)
            sync_folder(self._folder)
        return self.where(backup)

    def where(self, backup: str) -> str:
        return str(self._path(backup))

    def discard(self, backup: str) -> None:
        staged = self._folder / STAGING / f"{backup}{SUFFIX}"
        with translated(f"remove what was staged in {self._folder}"):
            if staged.exists():  # what is no folder, or cannot be written to, holds nothing of ours
                staged.unlink(missing_ok=True)

    def sweep(self, backups: Sequence[str]) -> tuple[str, ...]:
        for backup in backups:
            self.discard(backup)
        there = {path.name for path in self._archived()}
        return tuple(backup for backup in backups if f"{backup}{SUFFIX}" in there)

    def backups(self, install: str) -> tuple[Stored, ...]:
        found = (self._look(path) for path in self._archived())
        ours = [
            one for one in found if one is not None and install in {EVERYBODY, one.head.install}
        ]
        return tuple(sorted(ours, key=lambda one: one.id))

    def strangers(self, install: str) -> tuple[str, ...]:
        ours = {one.place for one in self.backups(install)}
        return tuple(path.name for path in self._archived() if str(path) not in ours)

    def fetch(self, backup: str) -> Path:
        return self._path(backup)

    def remove(self, backup: str) -> None:
        path = self._path(backup)
        with translated(f"remove {path}"):
            path.unlink(missing_ok=True)
            sync_folder(self._folder)

    def _path(self, backup: str) -> Path:
        return self._folder / f"{backup}{SUFFIX}"

    def _archived(self) -> tuple[Path, ...]:
        with translated(f"look at {self._folder}"):
            found = self._folder.glob(f"*{SUFFIX}") if self._folder.is_dir() else ()
            return tuple(sorted(path for path in found if path.is_file()))

    def _look(self, path: Path) -> Stored | None:
        try:
            archive = self._archives.open(path)
            stored = Stored(
                archive.head, archive.manifest, str(path), archive.size, str(self._folder)
            )
        except ThothctlError:
            return None
        return stored if path.name == f"{stored.id}{SUFFIX}" else None

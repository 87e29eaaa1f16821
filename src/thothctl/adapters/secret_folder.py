"""The secrets of an install: one file each, 0444 so that containers read them, in a 0700 folder."""

from datetime import UTC, datetime
from pathlib import Path

from thothctl.adapters.files import private_folder, sync_folder, translated, write_durably
from thothctl.errors import InvalidInputError
from thothctl.model.secret import Secret, SecretFile, SecretFolderFacts

READABLE, PRIVATE_FILE = 0o444, 0o600


class SecretFolder:
    """Stored values, those offered by an operation, and those it replaced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._offered, self._aside = folder / ".pending", folder / ".previous"

    def path(self, secret: str) -> Path:
        return self._folder / secret

    def names(self) -> tuple[str, ...]:
        """Every stored secret; what an operation keeps in folders of its own is none."""
        found = self._folder.glob("*") if self._folder.is_dir() else ()
        return tuple(sorted(p.name for p in found if p.is_file() and p.name[0] != "."))

    def facts(self) -> SecretFolderFacts:
        """Permission bits, dates and sizes; what an operation keeps for a while is left out."""
        with translated(f"look at {self._folder}"):
            known = {self._offered.name, self._aside.name}
            found = [p for p in sorted(self._folder.iterdir()) if p.name not in known]
            files = tuple(_fact(path) for path in found if path.is_file() and path.name[0] != ".")
            others = tuple(p.name for p in found if not p.is_file() or p.name[0] == ".")
            return SecretFolderFacts(_bits(self._folder), files, others)

    def has(self, secret: str, *, offered: bool) -> bool:
        return self.path(secret).is_file() or (offered and (self._offered / secret).is_file())

    def read(self, secret: str) -> Secret:
        with translated(f"read the secret {secret}"):
            return Secret(self.path(secret).read_text(encoding="utf-8").strip())

    def keep(self, secret: str, value: Secret) -> bool:
        if self.path(secret).exists():
            return False
        self._write(self.path(secret), value, READABLE)
        return True

    def offer(self, secret: str, value: Secret) -> None:
        self._write(self._offered / secret, value, PRIVATE_FILE)

    def take(self, secret: str) -> None:
        """The offered value is stored; repeated after a kill, it goes on where it was cut off."""
        offered, stored = self._offered / secret, self.path(secret)
        with translated(f"store the secret {secret}"):
            if offered.is_file():
                self._keep_aside(secret)
                offered.chmod(READABLE)
                offered.replace(stored)
                sync_folder(self._folder)
            elif not stored.is_file():
                raise InvalidInputError(
                    f"the new value of {secret} is gone", hint="take it back, then give it again"
                )

    def drop(self, secret: str) -> None:
        with translated(f"remove the secret {secret}"):
            self._keep_aside(secret)
            self.path(secret).unlink(missing_ok=True)

    def _keep_aside(self, secret: str) -> None:
        stored, aside = self.path(secret), self._aside / secret
        if stored.is_file() and not aside.exists():
            private_folder(self._aside)
            aside.hardlink_to(stored)
            sync_folder(self._aside)

    def take_offered(self) -> None:
        """Take whatever is offered still, or again."""
        for path in sorted(self._offered.glob("*")):
            self.take(path.name)

    def put_back(self) -> None:
        """The values from before are stored again; the new ones are offered again."""
        with translated("put the replaced secrets back"):
            for aside in sorted(self._aside.glob("*")):
                stored, offered = self.path(aside.name), self._offered / aside.name
                if stored.is_file() and not stored.samefile(aside) and not offered.exists():
                    private_folder(self._offered)
                    offered.hardlink_to(stored)
                aside.replace(stored)
                aside.unlink(missing_ok=True)  # two links of one file stand still in a rename
            if self._folder.is_dir():
                sync_folder(self._folder)

    def forget(self, secret: str) -> None:
        with translated(f"remove the secret {secret}"):
            self.path(secret).unlink(missing_ok=True)

    def settle(self) -> None:
        with translated("tidy the secrets"):
            for folder in (self._offered, self._aside):
                if folder.is_dir():
                    for path in folder.iterdir():
                        path.unlink()
                    folder.rmdir()

    def _write(self, path: Path, value: Secret, mode: int) -> None:
        with translated(f"create {path.parent}"):
            private_folder(self._folder)
            private_folder(path.parent)
        write_durably(path, value.reveal(), mode=mode)


def _fact(path: Path) -> SecretFile:
    seen = path.stat()
    written = datetime.fromtimestamp(seen.st_mtime, UTC)
    return SecretFile(path.name, _bits(path), seen.st_size, written)


def _bits(path: Path) -> int:
    return path.stat().st_mode & 0o777

"""What a restore keeps on the host, and takes from a backup for a new install."""

import io
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from thothctl.adapters.files import private_folder, translated, write_durably
from thothctl.adapters.yaml_text import read_mapping
from thothctl.errors import IntegrityError
from thothctl.model.secret import Secret
from thothctl.model.setting import SettingValue
from thothctl.world import Installs

PRIVATE_FILE, READABLE, ENTERED = 0o600, 0o444, 0o755
SERVED = ("tls", "served")
"""Containers read what lies there, as users of their own; the folder above is private."""
SETTINGS, SECRETS = "settings.yaml", "secrets"
OWN = frozenset({"install.json", "active", SETTINGS, "releases", SECRETS, "service.json"})
"""What is the install's own and made anew; everything else beside it is the user's."""


class RestoreFiles:
    """Answers `world.Restores` below THOTHCTL_HOME."""

    def __init__(self, home: Path, installs: Installs) -> None:
        self._home, self._installs = home, installs

    def keep_key(self, name: str, identity: Path) -> None:
        path = self.key_path(name)
        with translated(f"create {path.parent}"):
            private_folder(self._home)
            private_folder(path.parent)
            content = identity.read_bytes()
        write_durably(path, content, mode=PRIVATE_FILE)

    def key_path(self, name: str) -> Path:
        return self._home / "restore" / f"{name}.key"

    def drop_key(self, name: str) -> None:
        path = self.key_path(name)
        with translated(f"remove {path}"):
            path.unlink(missing_ok=True)

    def settings(self, tar: bytes) -> Mapping[str, SettingValue]:
        content = dict(_files(tar)).get(SETTINGS)
        if content is None:
            raise _broken("it holds no settings")
        with _understood():
            return read_mapping(content.decode(), SETTINGS)  # type: ignore[return-value]  # checked by whoever uses them

    def isolated(self, compose: str) -> str:
        document = read_mapping(compose, "compose.yaml")
        services, networks = document.get("services"), document.get("networks")
        assert isinstance(services, dict)  # noqa: S101 - rendered by us
        closed = "".join(
            f"  {name}:\n    ports: !reset []\n" for name, one in services.items() if "ports" in one
        )
        inner = "".join(f"  {name}:\n    internal: true\n" for name in networks or ())  # type: ignore[attr-defined]  # likewise
        return f"services:\n{closed or '  {}'}\nnetworks:\n{inner or '  {}'}\n"

    def take_files(self, name: str, tar: bytes) -> None:
        folder = self._installs.folder(name)
        for place, content in _files(tar):
            path = folder / place
            if PurePosixPath(place).parts[0] in OWN or path.exists():
                continue
            readable = PurePosixPath(place).parts[:2] == SERVED
            with translated(f"create {path.parent}"):
                private_folder(path.parent.parent if readable else path.parent)
                path.parent.mkdir(mode=ENTERED, exist_ok=True)
            write_durably(path, content, mode=READABLE if readable else PRIVATE_FILE)

    def take_secrets(self, name: str, tar: bytes, *, leave: Sequence[str] = ()) -> None:
        for place, content in _files(tar):
            parts = PurePosixPath(place).parts
            if parts[:-1] == (SECRETS,) and parts[-1] not in leave:
                with _understood():
                    self._installs.keep_secret(name, parts[-1], Secret(content.decode()))


def _files(tar: bytes) -> Iterator[tuple[str, bytes]]:
    """Plain files by their relative places; anything else in the tar is refused."""
    with _understood(), tarfile.open(fileobj=io.BytesIO(tar)) as members:
        for member in members:
            place = PurePosixPath(member.name)
            if not member.isreg() or place.is_absolute() or ".." in place.parts or not place.parts:
                raise _broken(f"{member.name!r} is no file inside its folder")
            stream = members.extractfile(member)
            yield str(place), stream.read() if stream else b""


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, UnicodeError) as error:
        raise _broken(str(error)) from error


def _broken(why: str) -> IntegrityError:
    return IntegrityError(
        f"the backup makes no sense: {why}; nothing was changed",
        hint="take another one: see `thothctl backup list`",
    )

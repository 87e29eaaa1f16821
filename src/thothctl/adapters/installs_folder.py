"""Everything recorded on the host: installs, settings, secrets, releases, wizard memory."""

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from thothctl.adapters.files import private_folder, sync_folder, translated, write_durably
from thothctl.adapters.overdue_file import read_overdue, write_overdue
from thothctl.adapters.own_files import read_own_files
from thothctl.adapters.secret_folder import SecretFolder
from thothctl.adapters.yaml_comments import with_values
from thothctl.adapters.yaml_text import read_mapping, written_mapping
from thothctl.config.dotted import flat
from thothctl.config.mounts import FOLDER as MOUNTS
from thothctl.config.secret_sources import FILE as SOURCES
from thothctl.errors import InvalidInputError
from thothctl.model.install import Install, Overdue, Release
from thothctl.model.secret import Secret, SecretFolderFacts
from thothctl.model.setting import SettingValue
from thothctl.model.stack import INSTALL_NAME

RECORD, SETTINGS, OVERRIDE = "install.json", "settings.yaml", "compose.override.yaml"
RELEASE, RENDERED = "release.json", ".rendered"
"""Beside the files that Compose reads lies a copy of each as it was rendered."""


class InstallsFolder:
    """Answers `world.Installs` below THOTHCTL_HOME; state and secret folders are 0700."""

    def __init__(self, home: Path) -> None:
        self._home = home

    # identity

    def names(self) -> tuple[str, ...]:
        found = sorted(self._home.glob(f"installs/*/{RECORD}"))
        return tuple(path.parent.name for path in found if not _is_temporary(path))

    def find(self, name: str) -> Install | None:
        path = self._folder(name) / RECORD
        return Install(**_read_json(path)) if path.is_file() else None

    def create(self, install: Install) -> None:
        with translated(f"create {self._folder(install.name)}"):
            private_folder(self._home)
            private_folder(self._folder(install.name))
        _write_json(self._folder(install.name) / RECORD, asdict(install))

    def remove(self, name: str) -> None:
        folder = self._folder(name)
        with translated(f"remove {folder}"):
            (folder / RECORD).unlink(missing_ok=True)  # first: a half-removed install is none
            if folder.is_dir():
                shutil.rmtree(folder)
            (self._home / "wizard" / f"{name}.yaml").unlink(missing_ok=True)

    def folder(self, name: str) -> Path:
        return self._folder(name)

    # settings

    def settings(self, name: str) -> Mapping[str, SettingValue] | None:
        path = self._folder(name) / SETTINGS
        return flat(_read_yaml(path), str(path)) if path.is_file() else None  # type: ignore[return-value]  # see below

    def save_settings(self, name: str, settings: Mapping[str, SettingValue] | None) -> None:
        path = self._folder(name) / SETTINGS
        if settings is None:
            path.unlink(missing_ok=True)
        else:
            write_durably(path, with_values(self.settings_text(name), settings, str(path)))

    def settings_text(self, name: str) -> str:
        path = self._folder(name) / SETTINGS
        with translated(f"read {path}"):
            return path.read_text(encoding="utf-8") if path.is_file() else ""

    def save_settings_text(self, name: str, text: str) -> None:
        write_durably(self._folder(name) / SETTINGS, text)

    def override(self, name: str) -> str:
        path = self._folder(name) / OVERRIDE
        with translated(f"read {path}"):
            return path.read_text(encoding="utf-8") if path.is_file() else ""

    def own_files(self, name: str) -> Mapping[str, str]:
        return read_own_files(self._folder(name))

    # secrets

    def secret_sources(self, name: str) -> Mapping[str, object]:
        path = self._folder(name) / SOURCES
        return _read_yaml(path) if path.is_file() else {}

    def keep_secret(self, name: str, secret: str, value: Secret) -> bool:
        return self._secrets(name).keep(secret, value)

    def stored_secrets(self, name: str) -> tuple[str, ...]:
        return self._secrets(name).names()

    def secret_facts(self, name: str) -> SecretFolderFacts:
        return self._secrets(name).facts()

    def secret(self, name: str, secret: str) -> Secret:
        return self._secrets(name).read(secret)

    def secret_path(self, name: str, secret: str) -> Path:
        return self._secrets(name).path(secret)

    def has_secret(self, name: str, secret: str, *, offered: bool = False) -> bool:
        return self._secrets(name).has(secret, offered=offered)

    def offer_secret(self, name: str, secret: str, value: Secret) -> None:
        with translated(f"create {self._folder(name)}"):
            private_folder(self._home)
            private_folder(self._folder(name))
        self._secrets(name).offer(secret, value)

    def take_secret(self, name: str, secret: str) -> None:
        self._secrets(name).take(secret)

    def take_offered_secrets(self, name: str) -> None:
        self._secrets(name).take_offered()

    def drop_secret(self, name: str, secret: str) -> None:
        self._secrets(name).drop(secret)

    def put_back_secrets(self, name: str) -> None:
        self._secrets(name).put_back()

    def forget_secret(self, name: str, secret: str) -> None:
        self._secrets(name).forget(secret)

    def settle_secrets(self, name: str) -> None:
        self._secrets(name).settle()
        if self.find(name) is None:
            for folder in (self._folder(name) / "secrets", self._folder(name)):
                with suppress(OSError):  # something else lies in it
                    folder.rmdir()

    def _secrets(self, name: str) -> SecretFolder:
        return SecretFolder(self._folder(name) / "secrets")

    # releases

    def releases(self, name: str) -> tuple[Release, ...]:
        found = self._folder(name).glob(f"releases/*/{RELEASE}")
        numbers = sorted(int(path.parent.name) for path in found if path.parent.name.isdigit())
        return tuple(self.release(name, number) for number in numbers)

    def release(self, name: str, number: int) -> Release:
        return Release(**_read_json(self.release_folder(name, number) / RELEASE))

    def release_folder(self, name: str, number: int) -> Path:
        return self._folder(name) / "releases" / str(number)

    def released_override(self, name: str, number: int) -> str:
        path = self.release_folder(name, number) / OVERRIDE
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def active(self, name: str) -> int | None:
        path = self._folder(name) / "active"
        return int(path.read_text()) if path.is_file() else None

    def activate(self, name: str, number: int | None) -> None:
        path = self._folder(name) / "active"
        if number is None:
            path.unlink(missing_ok=True)
        else:
            write_durably(path, f"{number}\n")

    def overdue(self, name: str) -> Overdue | None:
        return read_overdue(self._folder(name))

    def save_overdue(self, name: str, seen: Overdue | None) -> None:
        write_overdue(self._folder(name), seen)

    def stage(self, name: str, number: int, files: Mapping[str, str]) -> Path:
        folder = self._staging(name, number)
        with translated(f"write {folder}"):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        for file, text in files.items():
            for place in (self._place(folder, file), folder / RENDERED / file):
                with translated(f"create {place.parent}"):
                    place.parent.mkdir(parents=True, exist_ok=True)
                write_durably(place, text)
        return folder

    def rendered(self, name: str, number: int) -> Mapping[str, str]:
        folder = self.release_folder(name, number) / RENDERED
        found = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return _texts({str(path.relative_to(folder)): path for path in found})

    def present(self, name: str, number: int) -> Mapping[str, str]:
        folder = self.release_folder(name, number)
        places = {file: self._place(folder, file) for file in self.rendered(name, number)}
        return _texts(places)

    def publish(self, name: str, release: Release) -> Path:
        staging = self._staging(name, release.number)
        _write_json(staging / RELEASE, asdict(release))
        folder = self.release_folder(name, release.number)
        with translated(f"publish {folder}"):
            staging.rename(folder)
            sync_folder(folder.parent)
        return folder

    def discard(self, name: str, number: int) -> None:
        if self.active(name) == number:
            return
        with translated(f"remove release {number}"):
            for folder in (self._staging(name, number), self.release_folder(name, number)):
                if folder.is_dir():
                    shutil.rmtree(folder)
            self._remove_unused_mounts(name)

    def _remove_unused_mounts(self, name: str) -> None:
        """What services of no release mount goes with the last release that named it."""
        used = {path.name for path in self._folder(name).glob(f"releases/*/{RENDERED}/{MOUNTS}*")}
        for folder in self._folder(name).glob(f"{MOUNTS}*"):
            if folder.name not in used:
                shutil.rmtree(folder)

    # wizard memory

    def remembered(self, name: str) -> Mapping[str, SettingValue]:
        path = self._home / "wizard" / f"{name}.yaml"
        return _read_yaml(path) if path.is_file() else {}

    def remember(self, name: str, answers: Mapping[str, SettingValue]) -> None:
        path = self._home / "wizard" / f"{name}.yaml"
        if not answers:
            path.unlink(missing_ok=True)
            return
        with translated(f"write {path}"):
            private_folder(self._home)
            private_folder(path.parent)
        write_durably(path, written_mapping(answers))

    def _folder(self, name: str) -> Path:
        if not INSTALL_NAME.fullmatch(name):
            raise InvalidInputError(
                f"{name!r} cannot be the name of an install",
                hint="use lower-case letters, digits, - and _, at most 41",
            )
        return self._home / "installs" / name

    def _place(self, release: Path, file: str) -> Path:
        """Where a rendered file of a release lies: what is mounted is shared between releases."""
        return (release.parent.parent if file.startswith(MOUNTS) else release) / file

    def _staging(self, name: str, number: int) -> Path:
        return self._folder(name) / "releases" / f".staging-{number}"


def _is_temporary(record: Path) -> bool:
    """A damaged record is still somebody's install."""
    with suppress(InvalidInputError):
        return bool(_read_json(record).get("temporary"))
    return False


def _texts(places: Mapping[str, Path]) -> dict[str, str]:
    """The texts of those files that are there."""
    with translated("read rendered files"):
        return {
            name: path.read_text(encoding="utf-8", errors="replace")
            for name, path in places.items()
            if path.is_file()
        }


def _write_json(path: Path, values: Mapping[str, object]) -> None:
    write_durably(path, json.dumps(values, indent=2, default=dict) + "\n")


def _read_json(path: Path) -> dict[str, Any]:
    with translated(f"read {path}"):
        text = path.read_text(encoding="utf-8")
    try:
        values = json.loads(text)
    except ValueError as error:
        raise InvalidInputError(
            f"{path} is damaged: {error}", hint="bring the file back from a backup"
        ) from error
    assert isinstance(values, dict)  # noqa: S101 - written by us
    return values


def _read_yaml(path: Path) -> dict[str, SettingValue]:
    with translated(f"read {path}"):
        text = path.read_text(encoding="utf-8")
    return read_mapping(text, str(path))  # type: ignore[return-value]  # written by us

"""The port to what is recorded on the host."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from thothctl.model.install import Install, Overdue, Release
from thothctl.model.secret import Secret, SecretFolderFacts
from thothctl.model.setting import SettingValue


class Installs(Protocol):
    """Everything recorded on the host, below THOTHCTL_HOME."""

    def names(self) -> tuple[str, ...]: ...
    def find(self, name: str) -> Install | None: ...
    def create(self, install: Install) -> None: ...
    def remove(self, name: str) -> None: ...
    def settings(self, name: str) -> Mapping[str, SettingValue] | None: ...
    def save_settings(self, name: str, settings: Mapping[str, SettingValue] | None) -> None:
        """Record them; comments and order of the file stay as the user has them."""

    def settings_text(self, name: str) -> str: ...
    def save_settings_text(self, name: str, text: str) -> None: ...
    def keep_secret(self, name: str, secret: str, value: Secret) -> bool:
        """Write a secret unless it is there; True when it was written."""

    def secret_sources(self, name: str) -> Mapping[str, object]:
        """What the user's secret-sources.yaml says; nothing where there is none."""

    def stored_secrets(self, name: str) -> tuple[str, ...]: ...
    def secret_facts(self, name: str) -> SecretFolderFacts:
        """What the folder holds, seen from outside."""

    def secret(self, name: str, secret: str) -> Secret: ...
    def secret_path(self, name: str, secret: str) -> Path: ...
    def has_secret(self, name: str, secret: str, *, offered: bool = False) -> bool:
        """It is stored, or `offered` by an operation that was cut off."""

    def offer_secret(self, name: str, secret: str, value: Secret) -> None:
        """Put a new value beside the stored one, for `take_secret` of a later step."""

    def take_secret(self, name: str, secret: str) -> None:
        """Make the offered value the stored one; the old one is kept aside."""

    def drop_secret(self, name: str, secret: str) -> None:
        """Store it no longer; the old value is kept aside."""

    def take_offered_secrets(self, name: str) -> None:
        """Take whatever is offered still, or again."""

    def put_back_secrets(self, name: str) -> None:
        """Store again whatever was kept aside, and offer again what took its place."""

    def forget_secret(self, name: str, secret: str) -> None: ...
    def settle_secrets(self, name: str) -> None:
        """Drop what was offered and what was kept aside."""

    def folder(self, name: str) -> Path: ...
    def releases(self, name: str) -> tuple[Release, ...]: ...
    def release(self, name: str, number: int) -> Release: ...
    def release_folder(self, name: str, number: int) -> Path: ...
    def active(self, name: str) -> int | None: ...
    def activate(self, name: str, number: int | None) -> None: ...
    def overdue(self, name: str) -> Overdue | None:
        """What was written down of dates that are over; nothing where that cannot be read."""

    def save_overdue(self, name: str, seen: Overdue | None) -> None: ...
    def override(self, name: str) -> str:
        """The user's compose.override.yaml, empty text when there is none."""

    def own_files(self, name: str) -> Mapping[str, str]:
        """The user's files below config/, by the place they get in a release."""

    def released_override(self, name: str, number: int) -> str: ...
    def stage(self, name: str, number: int, files: Mapping[str, str]) -> Path: ...
    def publish(self, name: str, release: Release) -> Path: ...
    def rendered(self, name: str, number: int) -> Mapping[str, str]:
        """The files of a release as they were rendered, by name."""

    def present(self, name: str, number: int) -> Mapping[str, str]:
        """The same files as they are now; one that was removed is missing."""

    def discard(self, name: str, number: int) -> None: ...
    def remembered(self, name: str) -> Mapping[str, SettingValue]: ...
    def remember(self, name: str, answers: Mapping[str, SettingValue]) -> None: ...


class FiguresFile(Protocol):
    """The figures of an install as text, in a folder that a container mounts."""

    def write(self, name: str, text: str) -> Path:
        """Replace the whole file, so that a reader sees the old text or the new."""

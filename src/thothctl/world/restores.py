"""The port to what a restore keeps on the host, and takes from a backup for a new install."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from thothctl.model.setting import SettingValue


class Restores(Protocol):
    """Files of this machine that a restore needs."""

    def keep_key(self, name: str, identity: Path) -> None:
        """Keep a private key where containers get it from, until `drop_key`."""

    def key_path(self, name: str) -> Path: ...
    def drop_key(self, name: str) -> None: ...
    def settings(self, tar: bytes) -> Mapping[str, SettingValue]:
        """The settings in a backup's part of that name; raises IntegrityError."""

    def isolated(self, compose: str) -> str:
        """What, laid over these Compose files, publishes no port and leaves no way out."""

    def take_files(self, name: str, tar: bytes) -> None:
        """The user's files and certificates become the install's; existing ones stay."""

    def take_secrets(self, name: str, tar: bytes, *, leave: Sequence[str] = ()) -> None:
        """Secrets that are not there yet, but those of these names."""

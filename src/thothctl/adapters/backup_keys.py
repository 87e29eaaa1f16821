"""Keys of backups, through age."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # it has no types

from thothctl.adapters.files import private_folder, translated, write_durably
from thothctl.errors import IntegrityError, InvalidInputError
from thothctl.model.secret import Secret

PRIVATE_FILE = 0o600
HEAD = "AGE-SECRET-KEY-"


class AgeKeys:
    """Answers `world.Keys`: an X25519 identity opens what its recipient closed."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def make(self) -> Secret:
        return Secret(str(pyrage.x25519.Identity.generate()))

    def recipient(self, identity: Secret) -> str:
        try:
            return str(pyrage.x25519.Identity.from_str(_line(identity)).to_public())
        except pyrage.IdentityError:
            raise InvalidInputError(
                "this is no private key of a backup",
                hint="it is one line that begins with AGE-SECRET-KEY-, see the recovery sheet",
            ) from None

    def known(self, recipient: str) -> str:
        """The public key as it is written; raises InvalidInputError for what is none."""
        try:
            return str(pyrage.x25519.Recipient.from_str(recipient.strip()))
        except pyrage.RecipientError:
            raise InvalidInputError(
                "this is no public key of age",
                hint="give --recipient age1…, as `age-keygen -y` prints it",
            ) from None

    def seal(self, identity: Secret, passphrase: Secret) -> bytes:
        return bytes(pyrage.passphrase.encrypt(_line(identity).encode(), passphrase.reveal()))

    def unseal(self, sealed: bytes, passphrase: Secret) -> Secret:
        try:
            return Secret(pyrage.passphrase.decrypt(sealed, passphrase.reveal()).decode())
        except pyrage.DecryptError:
            raise IntegrityError(
                "the backup does not open: another passphrase, or it is damaged",
                hint="give its passphrase, or the private key of the recovery sheet",
            ) from None

    @contextmanager
    def held(self, identity: Secret) -> Iterator[Path]:
        """In a closed folder that the engine sees; overwritten by nobody, gone afterwards."""
        with translated("keep a key for a moment"):
            private_folder(self._home)
            with tempfile.TemporaryDirectory(dir=self._home, prefix=".key-") as folder:
                path = Path(folder) / "identity"
                write_durably(path, _line(identity) + "\n", mode=PRIVATE_FILE)
                yield path


def _line(identity: Secret) -> str:
    """Files of age-keygen carry remarks beside the key."""
    lines = (line.strip() for line in identity.reveal().splitlines())
    return next((line for line in lines if line.startswith(HEAD)), identity.reveal().strip())

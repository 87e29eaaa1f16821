"""Files encrypted with age: for a passphrase, or for somebody's public key."""

import json
from collections.abc import Mapping
from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # it has no types

from thothctl.adapters.files import translated, write_durably
from thothctl.errors import IntegrityError, InvalidInputError
from thothctl.model.secret import Secret

FORMAT = "thoth-secrets/1"
PRIVATE_FILE = 0o600
LARGEST = 1024 * 1024
ARMOUR = b"age-encryption.org/v1"


def seal_for_passphrase(path: Path, secrets: Mapping[str, Secret], passphrase: Secret) -> None:
    """Write the secrets so that the passphrase opens them."""
    _write(path, pyrage.passphrase.encrypt(_packed(secrets), passphrase.reveal()))


def seal_for_recipient(path: Path, secrets: Mapping[str, Secret], recipient: str) -> None:
    """Write the secrets so that only the owner of this public key opens them."""
    kind = pyrage.ssh if recipient.startswith("ssh-") else pyrage.x25519
    try:
        key = kind.Recipient.from_str(recipient.strip())
    except pyrage.RecipientError as error:
        raise InvalidInputError(
            "this is no public key of age or SSH", hint="give --recipient age1… or ssh-ed25519 …"
        ) from error
    _write(path, pyrage.encrypt(_packed(secrets), [key]))


def open_with_passphrase(path: Path, passphrase: Secret) -> dict[str, Secret]:
    """The secrets of a file; raises IntegrityError for another passphrase or a damaged file."""
    content = _content(path)
    try:
        return _unpacked(pyrage.passphrase.decrypt(content, passphrase.reveal()), path)
    except pyrage.DecryptError:
        raise _refused(path, "passphrase") from None


def open_with_identity(path: Path, identity: Path) -> dict[str, Secret]:
    """The secrets of a file that was sealed for this private key."""
    content = _content(path)
    with translated(f"read {identity}"):
        text = identity.read_text(encoding="utf-8", errors="replace")
    try:
        return _unpacked(pyrage.decrypt(content, [_identity(text)]), path)
    except (pyrage.IdentityError, ValueError):
        raise InvalidInputError(
            f"{identity} holds no private key", hint="give --identity the file of age-keygen"
        ) from None
    except pyrage.DecryptError:
        raise _refused(path, "private key") from None


def _identity(text: str) -> object:
    lines = [line.strip() for line in text.splitlines()]
    if own := next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), ""):
        return pyrage.x25519.Identity.from_str(own)
    return pyrage.ssh.Identity.from_buffer(text.encode())


def _refused(path: Path, what: str) -> IntegrityError:
    return IntegrityError(
        f"{path} does not open: another {what}, or the file is damaged; nothing was changed",
        hint=f"give the {what} it was exported with",
    )


def _packed(secrets: Mapping[str, Secret]) -> bytes:
    values = {name: value.reveal() for name, value in secrets.items()}
    return json.dumps({"format": FORMAT, "secrets": values}).encode()


def _unpacked(content: bytes, path: Path) -> dict[str, Secret]:
    try:
        document = json.loads(content)
        values = dict(document["secrets"]) if document["format"] == FORMAT else {}
    except (ValueError, KeyError, TypeError):
        values = {}
    if not values or not all(isinstance(value, str) for value in values.values()):
        raise InvalidInputError(
            f"{path} holds something else than exported secrets",
            hint="give a file of `thothctl secrets export`",
        )
    return {str(name): Secret(value) for name, value in values.items()}


def _content(path: Path) -> bytes:
    with translated(f"read {path}"):
        content = path.read_bytes() if path.stat().st_size <= LARGEST else b""
    if not content.startswith(ARMOUR):
        raise InvalidInputError(
            f"{path} is no age file", hint="give a file of `thothctl secrets export`"
        )
    return content


def _write(path: Path, content: bytes) -> None:
    with translated(f"create {path.parent}"):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, content, mode=PRIVATE_FILE)

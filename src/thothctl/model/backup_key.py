"""What is known of the key that an install's backups are encrypted with; never the key itself."""

import hashlib
from dataclasses import dataclass

SECRET = "backup_key"  # noqa: S105 - the name of one


def is_backup_key(secret: str) -> bool:
    """The key that is in use, or one from before that earlier backups open with."""
    return secret == SECRET or secret.startswith(f"{SECRET}_")


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A foreign `recipient`, and the identity `sealed` for a passphrase, in hex.

    `exported` is the fingerprint of the key whose recovery sheet a person took.
    """

    recipient: str = ""
    sealed: str = ""
    exported: str = ""
    exported_at: str = ""


def fingerprint_of(recipient: str) -> str:
    """Short enough to compare by eye."""
    digest = hashlib.sha256(recipient.encode()).hexdigest()
    return ":".join(digest[n : n + 4] for n in range(0, 16, 4))

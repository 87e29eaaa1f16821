"""Finds what opens a backup: the install's own key, a passphrase, or a private key."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from thothctl.errors import AnswerMissingError, IntegrityError
from thothctl.model.backup import Head
from thothctl.model.backup_key import fingerprint_of
from thothctl.model.secret import Secret
from thothctl.operations.backup_key import identities
from thothctl.world import World
from thothctl.world.backups import Archive


@dataclass(frozen=True, slots=True)
class Opener:
    """What the user gave; without anything the install's own keys are tried."""

    identity: Secret | None = None
    passphrase: Secret | None = None


def has_key(world: World, name: str, head: Head) -> bool:
    """The install still has what this backup was encrypted for."""
    return world.installs.find(name) is not None and head.fingerprint in identities(world, name)


@contextmanager
def opened(world: World, name: str, archive: Archive, opener: Opener) -> Iterator[Path]:
    """The identity as a file, for as long as it is needed; raises before anything is read."""
    given = _given(world, archive, opener)
    if given is not None:
        _refuse_other(world, archive.head, given)
        with world.backup_keys.held(given) as path:
            yield path
        return
    if not has_key(world, name, archive.head):
        raise _missing(archive)
    secret = identities(world, name)[archive.head.fingerprint]
    yield world.installs.secret_path(name, secret)


def _given(world: World, archive: Archive, opener: Opener) -> Secret | None:
    if opener.identity is not None or opener.passphrase is None:
        return opener.identity
    sealed = archive.key()
    if sealed is None:
        raise IntegrityError(
            f"{archive.head.id} was not made with a passphrase",
            hint="give --identity-file with the private key of the recovery sheet",
        )
    return world.backup_keys.unseal(sealed, opener.passphrase)


def _refuse_other(world: World, head: Head, identity: Secret) -> None:
    found = fingerprint_of(world.backup_keys.recipient(identity))
    if found != head.fingerprint:
        raise IntegrityError(
            f"{head.id} opens with the key {head.fingerprint}, this one is {found}",
            hint="the recovery sheet of the right key has that fingerprint",
        )


def _missing(archive: Archive) -> AnswerMissingError:
    given = "--passphrase-file, THOTHCTL_PASSPHRASE or " if archive.head.sealed else ""
    return AnswerMissingError(
        f"the key {archive.head.fingerprint} of this backup is not here",
        hint=f"give {given}--identity-file with the private key of the recovery sheet",
    )

"""The key of an install's backups: made once, shown on a recovery sheet, replaced by choice."""

from dataclasses import dataclass, replace

from thothctl.model.backup_key import SECRET, KeyRecord, fingerprint_of, is_backup_key
from thothctl.model.secret import Secret
from thothctl.operations.steps import install_of
from thothctl.world import World


@dataclass(frozen=True, slots=True)
class BackupKey:
    """What backups are encrypted for just now, and how it may be opened."""

    recipient: str
    record: KeyRecord
    has_identity: bool

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.recipient)

    @property
    def sealed(self) -> str:
        return self.record.sealed

    @property
    def kind(self) -> str:
        """In one word: somebody else's, for a passphrase, or the install's own."""
        if self.record.recipient:
            return "recipient"
        return "passphrase" if self.record.sealed else "key"

    @property
    def lost_with_machine(self) -> bool:
        """Nobody has taken the recovery sheet, and nothing else opens the backups elsewhere."""
        return self.kind == "key" and self.record.exported != self.fingerprint


def current_key(world: World, name: str) -> BackupKey:
    """The key in use; an older install gets one of its own now."""
    install_of(world, name)
    record = world.backup_records.key(name)
    if record.recipient:
        return BackupKey(record.recipient, record, world.installs.has_secret(name, SECRET))
    provide_key(world, name)
    recipient = world.backup_keys.recipient(world.installs.secret(name, SECRET))
    return BackupKey(recipient, record, has_identity=True)


def peek_key(world: World, name: str) -> BackupKey | None:
    """The key in use, None where none was made yet; changes nothing."""
    record = world.backup_records.key(name)
    if record.recipient or world.installs.has_secret(name, SECRET):
        return current_key(world, name)
    return None


def provide_key(world: World, name: str) -> None:
    """Make the install's own identity unless it is there."""
    if not world.installs.has_secret(name, SECRET):
        world.installs.keep_secret(name, SECRET, world.backup_keys.make())


def use_passphrase(world: World, name: str, passphrase: Secret) -> BackupKey:
    """The identity travels in every later archive, encrypted for this passphrase."""
    provide_key(world, name)
    sealed = world.backup_keys.seal(world.installs.secret(name, SECRET), passphrase)
    world.backup_records.save_key(name, KeyRecord(sealed=sealed.hex()))
    return current_key(world, name)


def use_recipient(world: World, name: str, recipient: str) -> BackupKey:
    """Later backups open with somebody else's key only."""
    world.backup_records.save_key(name, KeyRecord(world.backup_keys.known(recipient)))
    return current_key(world, name)


def use_own(world: World, name: str) -> BackupKey:
    """Back to the install's own key."""
    exported = world.backup_records.key(name).exported
    world.backup_records.save_key(name, KeyRecord(exported=exported))
    return current_key(world, name)


def rotate(world: World, name: str) -> BackupKey:
    """A new identity for later backups; the old one is kept under its fingerprint."""
    before = current_key(world, name)
    if world.installs.has_secret(name, SECRET):
        old = world.installs.secret(name, SECRET)
        mark = fingerprint_of(world.backup_keys.recipient(old)).replace(":", "")
        world.installs.keep_secret(name, f"{SECRET}_{mark}", old)
        world.installs.offer_secret(name, SECRET, world.backup_keys.make())
        world.installs.take_secret(name, SECRET)
        world.installs.settle_secrets(name)
    world.backup_records.save_key(
        name, replace(before.record, sealed="", recipient="", exported="")
    )
    return current_key(world, name)


def exported(world: World, name: str) -> tuple[BackupKey, Secret]:
    """The key and its identity; from here on a person is taken to have the sheet."""
    key = current_key(world, name)
    identity = world.installs.secret(name, SECRET)
    now = world.clock.now().isoformat(timespec="seconds")
    own = fingerprint_of(world.backup_keys.recipient(identity))
    record = replace(key.record, exported=own, exported_at=now)
    world.backup_records.save_key(name, record)
    return replace(key, record=record), identity


def identities(world: World, name: str) -> dict[str, str]:
    """By fingerprint, the name of every identity that the install still has."""
    stored = world.installs.stored_secrets(name)
    names = [one for one in stored if is_backup_key(one)]
    keys = world.backup_keys
    return {fingerprint_of(keys.recipient(world.installs.secret(name, n))): n for n in names}

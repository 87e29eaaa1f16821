"""`thothctl backup key`: what backups are encrypted with."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from thothctl.cli.backup_options import PassphraseFile
from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.secret_files import new_passphrase
from thothctl.cli.session import Session
from thothctl.errors import AnswerMissingError, UsageError
from thothctl.model.secret import Secret
from thothctl.operations import backup_key as operation
from thothctl.operations.backup_key import BackupKey

key = typer.Typer(
    name="key",
    help="Show, export and change what backups are encrypted with.",
    no_args_is_help=True,
)

KINDS = {
    "key": "a key of this install",
    "passphrase": "a key of this install, which a passphrase opens, too",
    "recipient": "somebody else's public key",
}
UNSAFE = (
    "the key of the backups lies on this machine only; print it and keep it elsewhere: "
    "`thothctl backup key export`"
)
SHEET = """\
RECOVERY SHEET for backups of {name}

Keep this away from the machine and closed to others: it opens every backup.

Fingerprint  {fingerprint}
Public key   {recipient}
Private key  {identity}

To restore on a new machine: install thothctl, write the private key to a file that only you
can read, and run

    thothctl restore FILE.thoth-backup --identity-file KEYFILE

Without thothctl: tar -xf FILE.thoth-backup, then for every file below parts/
    age --decrypt --identity KEYFILE NAME.zst.age | zstd -d > NAME
"""

To = Annotated[
    Path | None, typer.Option("--to", metavar="FILE", help="A file to write, closed to others.")
]
Recipient = Annotated[
    str | None, typer.Option("--recipient", metavar="age1…", help="Somebody's public key of age.")
]
Passphrase = Annotated[
    bool, typer.Option("--passphrase", metavar="", help="Ask for a passphrase that opens them.")
]
Own = Annotated[bool, typer.Option("--own", metavar="", help="The install's own key again.")]


@command
def show(session: Session) -> Outcome:
    """Show fingerprint and kind of the key, and whether its recovery sheet was taken."""
    return _outcome(operation.current_key(session.world, session.install))


@command
def export(session: Session, to: To = None) -> Outcome:
    """Print the recovery sheet, or write it to a file; it opens every backup."""
    operation.current_key(session.world, session.install)
    if to is None and session.options.output.is_document:
        raise UsageError(
            "the private key is not put into a document for scripts", hint="give --to FILE"
        )
    if session.options.dry_run:
        return _outcome(operation.current_key(session.world, session.install))
    with session.world.locks.hold(session.install, "backup key export"):
        found, identity = operation.exported(session.world, session.install)
        text = _sheet(session.install, found, identity)
        if to is not None:
            _write(to, text)
    data = {"fingerprint": found.fingerprint, "file": str(to) if to else None}
    line = f"✓ the recovery sheet is in {to}; keep it away from this machine" if to else text
    return Outcome(data, lambda c: c.print(line, markup=False, soft_wrap=True))


@command
def set_key(
    session: Session,
    passphrase: Passphrase = False,
    passphrase_file: PassphraseFile = None,
    recipient: Recipient = None,
    own: Own = False,
) -> Outcome:
    """Encrypt later backups for a passphrase, for somebody's public key, or for the own key."""
    world, name = session.world, session.install
    before = operation.current_key(world, name)
    by_passphrase = passphrase or passphrase_file is not None
    if sum((by_passphrase, recipient is not None, own)) != 1:
        raise AnswerMissingError(
            "what later backups shall open with is not said",
            hint="give --passphrase, --passphrase-file, --recipient or --own",
        )
    if session.options.dry_run:
        return _outcome(before)
    secret = new_passphrase(session, passphrase_file) if by_passphrase else None
    with session.locked("backup key set"):
        if secret is not None:
            return _outcome(operation.use_passphrase(world, name, secret))
        if recipient is not None:
            return _outcome(operation.use_recipient(world, name, recipient))
        return _outcome(operation.use_own(world, name))


@command
def rotate(session: Session) -> Outcome:
    """Make a new key for later backups; earlier ones open with the old key, which is kept."""
    before = operation.current_key(session.world, session.install)
    if session.options.dry_run:
        return _outcome(before)
    session.confirm(f"Make a new key for the backups of {session.install}?")
    with session.locked("backup key rotate"):
        return _outcome(operation.rotate(session.world, session.install))


for word, function in (("show", show), ("export", export), ("set", set_key), ("rotate", rotate)):
    key.command(word)(function)


def warnings_of_key(session: Session) -> tuple[str, ...]:
    """What whoever made a backup must hear until a person has taken the recovery sheet."""
    found = operation.current_key(session.world, session.install)
    return (UNSAFE,) if found.lost_with_machine else ()


def _sheet(name: str, found: BackupKey, identity: Secret) -> str:
    return SHEET.format(
        name=name,
        fingerprint=found.record.exported,
        recipient=found.recipient,
        identity=identity.reveal(),
    )


def _write(path: Path, text: str) -> None:
    from thothctl.adapters.files import write_durably  # noqa: PLC0415 - start-up stays light

    write_durably(path, text, mode=0o600)


def _outcome(found: BackupKey) -> Outcome:
    exported = not found.lost_with_machine
    data = {
        "fingerprint": found.fingerprint,
        "kind": found.kind,
        "recipient": found.recipient,
        "exported_at": found.record.exported_at or None,
        "safe_elsewhere": exported,
    }

    def show_it(console: Console) -> None:
        table = Table.grid(padding=(0, 2))
        table.add_row("[bold]Fingerprint[/]", found.fingerprint)
        table.add_row("[bold]Opens with[/]", KINDS[found.kind])
        table.add_row("[bold]Public key[/]", found.recipient)
        if not exported:
            table.add_row("[bold]Kept elsewhere[/]", "no: `thothctl backup key export`")
        console.print(table)

    return Outcome(data, show_it)

"""`thothctl backup copy`: a second place for a backup."""

from typing import Annotated

import typer

from thothctl.cli.backup_options import From, To
from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.operations.backup import provide_toolbox
from thothctl.operations.backup_copy import copy
from thothctl.operations.backup_shelf import LATEST, found

Which = Annotated[str, typer.Argument(metavar="ID", help="An id, or the word latest.")]


@command
def copy_backup(session: Session, to: To, reference: Which = LATEST, place: From = "") -> Outcome:
    """Copy a backup to another place, where it is compared with the one here."""
    with session.locked("backup copy"), session.watched():
        provide_toolbox(session.world)
        stored = found(session.world, session.install, reference, place)
        if session.options.dry_run:
            line = f"{stored.id} would be copied from {stored.place} to {to}"
            return Outcome({"id": stored.id}, lambda console: console.print(line, soft_wrap=True))
        copied = copy(session.world, session.install, stored, to)
    line = (
        f"[green]✓[/] {stored.id} is in {copied.place}, too"
        if copied.made
        else f"Nothing to do: {stored.id} is in {copied.place}"
    )
    data = {"id": stored.id, "file": copied.place, "copied": copied.made}
    return Outcome(data, lambda console: console.print(line, soft_wrap=True))

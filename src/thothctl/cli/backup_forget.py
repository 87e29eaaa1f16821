"""`thothctl backup forget`: a place that was given up."""

from typing import Annotated

import typer

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.operations.backup_shelf import forget
from thothctl.operations.steps import install_of

Place = Annotated[str, typer.Argument(metavar="PLACE", help="As `backup list` shows it.")]


@command
def forget_place(session: Session, place: Place) -> Outcome:
    """Look for backups in a place no more; what lies there is not touched."""
    install_of(session.world, session.install)
    if session.options.dry_run:
        line = f"{place} would be forgotten"
        return Outcome({"place": place}, lambda console: console.print(line, soft_wrap=True))
    with session.locked("backup forget"):
        address = forget(session.world, session.install, place)
    line = f"[green]✓[/] {address} is forgotten; what lies there stays"
    return Outcome({"place": address}, lambda console: console.print(line, soft_wrap=True))

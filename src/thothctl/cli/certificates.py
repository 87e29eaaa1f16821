"""`thothctl certificates`: show and renew the certificate of the stack."""

import typer
from rich.console import Console
from rich.table import Table

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.operations import certificates as operation
from thothctl.operations.certificates import Served

certificates = typer.Typer(
    name="certificates", help="Show and renew the stack's certificate.", no_args_is_help=True
)


@command
def show(session: Session) -> Outcome:
    """Show names and end of the certificate, and the authority to trust."""
    found = operation.served(session.world, session.install)
    return Outcome(_data(found), lambda console: _show(console, found))


@command
def renew(session: Session) -> Outcome:
    """Renew the certificate if it is due, without a failed request; safe to run every day."""
    if session.options.dry_run:
        found = operation.served(session.world, session.install)
        due = found.certificate.is_due(session.world.clock.now())
        return Outcome({**_data(found), "due": due}, lambda console: _show(console, found))
    with session.locked("certificates renew"):
        renewed = operation.renew(session.world, session.install)
    found = operation.served(session.world, session.install)
    line = "Renewed" if renewed else "Nothing to do"
    data = {**_data(found), "renewed": renewed}
    return Outcome(data, lambda c: c.print(f"{line}: {_until(found)}"))


certificates.command("show")(show)
certificates.command("renew")(renew)


def _data(found: Served) -> dict[str, object]:
    return {
        "names": found.certificate.names,
        "valid_until": found.certificate.valid_until.isoformat(),
        "authority": str(found.authority) if found.authority else None,
    }


def _until(found: Served) -> str:
    return f"valid until {found.certificate.valid_until:%Y-%m-%d}"


def _show(console: Console, found: Served) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_row("[bold]Names[/]", ", ".join(found.certificate.names))
    table.add_row("[bold]Certificate[/]", _until(found))
    if found.authority:
        table.add_row("[bold]Trust[/]", str(found.authority))
    console.print(table)

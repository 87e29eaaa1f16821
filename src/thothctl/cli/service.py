"""`thothctl service`: the machine starts the stack, and does its chores by the clock."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.errors import CheckFailedError, NoSystemdError
from thothctl.model.unit import UnitPlace
from thothctl.operations import service_unit
from thothctl.operations.service_unit import Standing
from thothctl.operations.steps import install_of
from thothctl.operations.unit_files import Unit, UnitRequest, wanted

service = typer.Typer(
    name="service", help="Let the machine start and look after it.", no_args_is_help=True
)

User = Annotated[
    str, typer.Option("--user", metavar="NAME", help="Run as this account, of group docker.")
]
UserUnit = Annotated[
    bool, typer.Option("--user-unit", metavar="", help="Units of your own account, without root.")
]
OnFailure = Annotated[
    str,
    typer.Option("--on-failure", metavar="UNIT", help="A unit to start when a chore fails."),
]
Root = Annotated[
    Path | None,
    typer.Option(
        "--root", metavar="DIR", hidden=True, help="Write below this folder, start nothing."
    ),
]


@service.command("install")
@command
def install(
    session: Session,
    user: User = "",
    user_unit: UserUnit = False,
    on_failure: OnFailure = "",
    root: Root = None,
) -> Outcome:
    """Start the stack with the machine, by systemd; a second run has nothing to do."""
    world = session.world
    request = UnitRequest(session.install, UnitPlace(user_unit, root), user, on_failure)
    units = wanted(world, request)
    folder = world.units.folder(request.place)
    if session.options.dry_run:
        files = {unit.name: unit.text for unit in units}
        return Outcome({"folder": folder, "units": files}, lambda c: _show_units(c, folder, units))
    try:
        changed = service_unit.install(world, request)
    except NoSystemdError as error:
        return Outcome({"cron": service_unit.cron(world, request.name)}, error=error)
    line = (
        f"[green]✓[/] {request.name} starts with this machine"
        if changed
        else f"Nothing to do: {request.name} starts with this machine"
    )
    data = {"folder": folder, "changed": changed, "units": [unit.name for unit in units]}
    return Outcome(data, lambda c: c.print(line), warnings=_warnings(session, request))


def _warnings(session: Session, request: UnitRequest) -> list[str]:
    units = session.world.units
    own = units.caller().account
    account = units.account(request.user) or own if request.user else own
    warnings = []
    if not account.may_use_docker:
        warnings.append(
            f"{account.name} is not in group docker: `sudo usermod -aG docker {account.name}`"
        )
    if request.place.for_user and not units.lingers(account):
        warnings.append(
            "it starts when you sign in; to start it with the machine: "
            f"`sudo loginctl enable-linger {account.name}`"
        )
    return warnings


@service.command("uninstall")
@command
def uninstall(session: Session, user_unit: UserUnit = False, root: Root = None) -> Outcome:
    """Remove the units of this install; the stack itself stays as it is."""
    world = session.world
    request = UnitRequest(session.install, UnitPlace(user_unit, root))
    if session.options.dry_run:
        names = [s.name for s in service_unit.standing(world, request) if s.is_there]
        return Outcome({"removed": names}, lambda c: c.print("\n".join(names), markup=False))
    removed = service_unit.uninstall(world, request)
    if not removed:
        install_of(world, request.name)
        return Outcome({"removed": []}, lambda c: c.print("Nothing to do: no unit is installed."))
    line = f"[green]✓[/] {request.name} does not start with this machine any more"
    return Outcome({"removed": removed}, lambda c: c.print(line))


@service.command("status")
@command
def status(session: Session, user_unit: UserUnit = False, root: Root = None) -> Outcome:
    """Show the units of this install; exits 3 when one is missing or does not run."""
    request = UnitRequest(session.install, UnitPlace(user_unit, root))
    found = service_unit.standing(session.world, request)
    data = {
        "units": [
            {"name": s.name, "installed": s.is_there, "enabled": s.enabled, "active": s.active}
            for s in found
        ]
    }
    failed = [s for s in found if not s.is_there or s.active in {"failed", "inactive"}]
    idle = [s for s in failed if not _waits(s)]
    error = None
    if idle:
        error = CheckFailedError(
            f"{idle[0].name} is {_word(idle[0])}", hint="run `thothctl service install`"
        )
    return Outcome(data, lambda console: _show_standing(console, found), error=error)


def _waits(one: Standing) -> bool:
    """A chore's service runs when its timer says so."""
    chore = one.name.count(".") > 1 and one.name.endswith(".service")
    return chore and one.is_there and one.active == "inactive"


def _word(one: Standing) -> str:
    return one.active if one.is_there else "not installed"


def _show_units(console: Console, folder: str, units: tuple[Unit, ...]) -> None:
    for unit in units:
        console.print(Text(f"{folder}/{unit.name}", "bold"))
        console.print(unit.text, markup=False, soft_wrap=True)


def _show_standing(console: Console, found: tuple[Standing, ...]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("Unit", "Enabled", "Active"):
        table.add_column(title, no_wrap=True)
    for one in found:
        active = Text(_word(one), "green" if one.is_there else "yellow")
        table.add_row(one.name, one.enabled, active)
    console.print(table)

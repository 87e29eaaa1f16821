"""`thothctl uninstall`: shows what goes, asks, and selects by label only."""

from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.errors import UsageError
from thothctl.model.observed import ObservedStack
from thothctl.operations import service_unit
from thothctl.operations.data_folder import RemoveFolders, data_places
from thothctl.operations.recover import go_on, refuse_unfinished, unfinished
from thothctl.operations.uninstall import inventory, plan_uninstall
from thothctl.operations.unit_files import UnitRequest

Purge = Annotated[
    bool,
    typer.Option(
        "--purge/--keep-data", metavar="", help="Also remove volumes, settings and secrets."
    ),
]
Confirm = Annotated[
    str, typer.Option("--confirm", metavar="NAME", help="The install's name, to allow --purge.")
]


@command
def uninstall(session: Session, purge: Purge = False, confirm: Confirm = "") -> Outcome:
    """Remove containers and networks; with --purge also data, settings and secrets."""
    name = session.install
    install, observed, active = inventory(session.world, name)
    places, images = data_places(session.world, install)
    why = "the data lies there"
    folders = (RemoveFolders(install.project, install.uuid, images, places, why=why),)
    plan = plan_uninstall(install, observed, active, purge=purge, folders=folders if places else ())
    units = service_unit.installed(session.world, name)
    data = {**_data(observed, purge=purge), "units": _names(session, units)}
    if places:
        data["folders"] = [f"{place}/{install.project}" for place in places]
    if session.options.dry_run:
        return Outcome(data, lambda console: _show(console, observed, data, purge=purge))
    if not plan.steps and not units:
        return Outcome(data, lambda c: c.print("Nothing to do: only data is left, and kept."))
    _agree(session, observed, data, purge=purge, confirm=confirm)
    warnings = _without_units(session, units)
    with session.locked("uninstall", fresh=False):
        pending = unfinished(session.world, name)
        if pending and pending.plan.kind == "uninstall":
            session.operation = pending.operation
            with session.watched():
                go_on(pending, session.world)
        elif pending and pending.plan.kind != "setup":
            refuse_unfinished(session.world, name)
        session.carry_out(plan)
    kept = "" if purge else "; the data is kept, `thothctl setup` brings it back"
    line = f"[green]✓[/] {name} is uninstalled{kept}"
    return Outcome(data, lambda c: c.print(line), warnings=warnings)


def _names(session: Session, units: tuple[UnitRequest, ...]) -> list[str]:
    found = (service_unit.standing(session.world, request) for request in units)
    return [one.name for ones in found for one in ones if one.is_there]


def _without_units(session: Session, units: tuple[UnitRequest, ...]) -> list[str]:
    """Remove what starts the stack, before the lock is taken: to stop it, they want that too."""
    left = []
    for request in units:
        if command := service_unit.by_hand(session.world, request):
            left.append(f"its units are left in place; remove them with: {command}")
        else:
            service_unit.uninstall(session.world, request)
    return left


def _agree(
    session: Session,
    observed: ObservedStack,
    data: Mapping[str, object],
    *,
    purge: bool,
    confirm: str,
) -> None:
    name = session.install
    if not purge:
        return
    if confirm == name:
        return
    if confirm or not session.interactive:
        raise UsageError(
            f"--purge removes all data of {name} and wants its name",
            hint=f"give --confirm {name}; `--dry-run` shows what would go",
        )
    _show(session.stderr, observed, data, purge=True)
    session.confirm(f"Remove all of this, the data included, of {name}?")


def _data(observed: ObservedStack, *, purge: bool) -> dict[str, object]:
    return {
        "containers": [container.name for container in observed.containers],
        "networks": observed.networks,
        "volumes": observed.volumes if purge else [],
        "kept_volumes": [] if purge else observed.volumes,
    }


def _show(
    console: Console, observed: ObservedStack, data: Mapping[str, object], *, purge: bool
) -> None:
    table = Table.grid(padding=(0, 2))
    fate = "[red]removed[/]" if purge else "[green]kept[/]"
    for container in observed.containers:
        table.add_row("container", container.name, "[red]removed[/]")
    for network in observed.networks:
        table.add_row("network", network, "[red]removed[/]")
    for volume in observed.volumes:
        table.add_row("volume", volume, fate)
    for key, lost in (("folders", fate), ("units", "[red]removed[/]")):
        named = data.get(key)
        for one in named if isinstance(named, list) else ():
            table.add_row(key.removesuffix("s"), one, lost)
    table.add_row("records", "settings, secrets, releases", fate)
    console.print(table)

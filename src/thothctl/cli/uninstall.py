"""`thothctl uninstall`: shows what goes, asks, and selects by label only."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.errors import UsageError
from thothctl.model.observed import ObservedStack
from thothctl.operations.recover import go_on, refuse_unfinished, unfinished
from thothctl.operations.uninstall import inventory, plan_uninstall

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
    plan = plan_uninstall(install, observed, active, purge=purge)
    data = _data(observed, purge=purge)
    if session.options.dry_run:
        return Outcome(data, lambda console: _show(console, observed, purge=purge))
    if not plan.steps:
        return Outcome(data, lambda c: c.print("Nothing to do: only data is left, and kept."))
    _agree(session, observed, purge=purge, confirm=confirm)
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
    return Outcome(data, lambda c: c.print(f"[green]✓[/] {name} is uninstalled{kept}"))


def _agree(session: Session, observed: ObservedStack, *, purge: bool, confirm: str) -> None:
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
    _show(session.stderr, observed, purge=True)
    session.confirm(f"Remove all of this, the data included, of {name}?")


def _data(observed: ObservedStack, *, purge: bool) -> dict[str, object]:
    return {
        "containers": [container.name for container in observed.containers],
        "networks": observed.networks,
        "volumes": observed.volumes if purge else [],
        "kept_volumes": [] if purge else observed.volumes,
    }


def _show(console: Console, observed: ObservedStack, *, purge: bool) -> None:
    table = Table.grid(padding=(0, 2))
    fate = "[red]removed[/]" if purge else "[green]kept[/]"
    for container in observed.containers:
        table.add_row("container", container.name, "[red]removed[/]")
    for network in observed.networks:
        table.add_row("network", network, "[red]removed[/]")
    for volume in observed.volumes:
        table.add_row("volume", volume, fate)
    table.add_row("records", "settings, secrets, releases", fate)
    console.print(table)

"""`thothctl status`, `health`, `open`, `version`: look, change nothing, take no lock."""

import platform
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.cli.setup_view import show_checks
from thothctl.errors import CheckFailedError, ThothctlError
from thothctl.model.address import is_local
from thothctl.model.finding import Verdict
from thothctl.model.observed import Condition, ObservedContainer, ObservedStack
from thothctl.operations import keys, running
from thothctl.operations.recover import unfinished
from thothctl.operations.steps import install_of
from thothctl.operations.waiting import await_healthy
from thothctl.probes import exposure

COLOURS = {
    Condition.HEALTHY: "green",
    Condition.RUNNING: "green",
    Condition.STARTING: "yellow",
    Condition.STOPPED: "dim",
}
SECONDS = 90

Wait = Annotated[bool, typer.Option("--wait", metavar="", help="Wait until everything is healthy.")]
Deep = Annotated[
    bool, typer.Option("--deep", metavar="", help="Also ask the providers about their keys.")
]


@command
def status(session: Session) -> Outcome:
    """Show what is installed and how it runs; with Docker down, what is recorded."""
    world, name = session.world, session.install
    install = install_of(world, name)
    number = world.installs.active(name)
    release = world.installs.release(name, number) if number else None
    pending = unfinished(world, name)
    recorded: dict[str, object] = {
        "install": name,
        "stack": install.stack,
        "release": number,
        "version": release.version if release else None,
        "url": running.active(world, name).url if release else None,
        "unfinished": pending.operation if pending else None,
    }
    warnings = [f"{pending.plan.goal} never ended: `thothctl resume`"] if pending else []
    try:
        observed = world.engine.observe(install.uuid)
    except ThothctlError as error:
        return Outcome(recorded, lambda c: _show_status(c, recorded, None), error=error)
    data = {
        **recorded,
        "services": [_service(container) for container in observed.containers],
        "volumes": observed.volumes,
    }
    return Outcome(data, lambda c: _show_status(c, recorded, observed), warnings=warnings)


def _service(container: ObservedContainer) -> dict[str, object]:
    return {
        "name": container.service,
        "container": container.name,
        "replica": container.replica,
        "condition": container.condition.value,
        "restarts": container.restarts,
        "started": container.started,
        "image": container.image,
        "ports": container.ports,
    }


def _show_status(
    console: Console, recorded: dict[str, object], observed: ObservedStack | None
) -> None:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim")
    for label, key in (("Install", "install"), ("Stack", "stack"), ("Version", "version")):
        facts.add_row(label, Text(str(recorded[key] or "-")))
    facts.add_row("Release", str(recorded["release"] or "none active; data is kept"))
    facts.add_row("Page", f"[cyan]{recorded['url']}[/]" if recorded["url"] else "-")
    console.print(facts)
    if observed is None:
        return
    console.print()
    console.print(_services(observed) if observed.containers else "[dim]No containers.[/]")
    console.print(f"[dim]Data: {', '.join(observed.volumes) or 'no volumes'}[/]")


def _services(observed: ObservedStack) -> Table:
    """One line a service; on a narrow terminal the image's name gives way."""
    names = dict.fromkeys(container.service for container in observed.containers)
    rows = [_row([c for c in observed.containers if c.service == name]) for name in names]
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for index, name in enumerate(("Service", "Condition", "Up", "Restarts", "Published")):
        width = max(len(name), *(len(row[index]) for row in rows))
        table.add_column(name, no_wrap=True, min_width=width)
    table.add_column("Image", no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*row)
    return table


def _row(replicas: Sequence[ObservedContainer]) -> tuple[Text, ...]:
    condition = running.worst(replicas)
    ports = dict.fromkeys(port for one in replicas for port in one.ports)
    return (
        Text(replicas[0].service),
        Text(condition.value, COLOURS.get(condition, "red")),
        Text(f"{sum(one.is_up for one in replicas)}/{len(replicas)}"),
        Text(str(sum(one.restarts for one in replicas))),
        Text(", ".join(ports) or "-"),
        Text(replicas[0].image, "dim"),
    )


@command
def health(session: Session, wait: Wait = False, deep: Deep = False) -> Outcome:
    """Check every service and what the server says of itself; exits 3 when something fails."""
    if wait:
        current = running.active(session.world, session.install)
        with session.watched():
            await_healthy(
                session.world,
                current.install,
                current.release,
                seconds=session.options.timeout or SECONDS,
            )
    services = running.examine(session.world, session.install)
    findings = (*services, *keys.findings(session.world, session.install, deep=deep))
    failed = [finding for finding in findings if finding.verdict is Verdict.FAIL]
    summary = "; ".join(finding.summary for finding in failed)
    return Outcome(
        {"healthy": not failed},
        lambda console: show_checks(console, findings),
        checks=findings,
        error=CheckFailedError(summary, hint=failed[0].hint) if failed else None,
    )


@command
def open_page(session: Session) -> Outcome:
    """Open the page in a browser, or print its address where there is none."""
    current = running.active(session.world, session.install)
    opened = not session.options.dry_run and session.world.host.open_page(current.url)
    settings = current.release.settings
    doors = exposure.doors([("web", port) for port in exposure.planned(settings)])

    def show(console: Console) -> None:
        console.print(current.url)
        for door in doors if not is_local(settings) else ():
            console.print(f"[dim]{door['published']} is reachable {door['reachable']}[/]")

    return Outcome({"url": current.url, "opened": opened, "reachable": doors}, show)


@command
def version(session: Session) -> Outcome:
    """Show the versions of thothctl, Python, Docker and Compose."""
    world = session.world
    found = {
        "thothctl": world.version,
        "python": platform.python_version(),
        "docker": _or_none(lambda: world.engine.facts().version),
        "compose": _or_none(world.compose.version),
    }

    def show(console: Console) -> None:
        table = Table.grid(padding=(0, 2))
        for name, value in found.items():
            table.add_row(f"[dim]{name}[/]", value or "not there")
        console.print(table)

    return Outcome(found, show)


def _or_none(ask: Callable[[], str]) -> str | None:
    try:
        return ask()
    except ThothctlError:
        return None

"""`thothctl upgrade`: to another version, or back to what ran when that fails."""

from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.cli.setup_options import Registry
from thothctl.cli.upgrade_view import plan_data, show_plan
from thothctl.errors import UpdateAvailableError, UsageError
from thothctl.model.version import Version
from thothctl.operations import running
from thothctl.operations.offers import CHANNELS, STABLE, OwnVersion, Target
from thothctl.operations.plan import Plan
from thothctl.operations.recover import refuse_unfinished
from thothctl.operations.upgrade import (
    Outlook,
    UpgradeRequest,
    look_out,
    newest_offered,
    one_of,
    plan_upgrade,
    refuse_edits,
    refuse_small_disk,
)

SECONDS, SOAK = 90, 30

To = Annotated[
    str | None,
    typer.Option("--to", metavar="VERSION", help="Which version; else the newest of the channel."),
]
Channel = Annotated[str, typer.Option("--channel", metavar="NAME", help="stable or nightly.")]
Check = Annotated[
    bool,
    typer.Option("--check", metavar="", help="Only tell: exit 100 when there is a newer version."),
]
PlanOnly = Annotated[
    bool, typer.Option("--plan", metavar="", help="Show steps, images and sizes, then stop.")
]
SoakSeconds = Annotated[
    int,
    typer.Option(
        "--soak", min=0, metavar="SECONDS", help="Watch the new version so long before it counts."
    ),
]
NoRollback = Annotated[
    bool,
    typer.Option("--no-rollback", metavar="", help="Leave a failure as it is, to be looked at."),
]


@command
def upgrade(  # noqa: PLR0913, PLR0917 - typer reads the signature
    session: Session,
    to: To = None,
    channel: Channel = STABLE,
    registry: Registry = "",
    check: Check = False,
    plan: PlanOnly = False,
    soak: SoakSeconds = SOAK,
    no_rollback: NoRollback = False,
) -> Outcome:
    """Bring the install to a newer version; when that fails, the old one runs again."""
    request = UpgradeRequest(
        session.install,
        _version(to),
        one_of(channel, CHANNELS),
        registry,
        session.options.timeout or SECONDS,
        soak,
        rolls_back=not no_rollback,
    )
    if check:
        return _checked(session, request)
    if plan or session.options.dry_run:
        refuse_unfinished(session.world, request.name)
        return _planned(session, request)
    with session.locked("upgrade"):
        return _upgraded(session, request)


def _version(text: str | None) -> Version | None:
    if text is None:
        return None
    if (found := Version.read(text)) is None:
        raise UsageError(f"{text} is no version", hint="write it as 1.2.0")
    return found


def _checked(session: Session, request: UpgradeRequest) -> Outcome:
    installed, newest = newest_offered(session.world, request)
    newer = newest > installed
    data = {"installed": str(installed), "newest": str(newest), "available": newer}
    if not newer:
        return Outcome(data, lambda c: c.print(f"{installed} is the newest version."))
    line = f"{newest} is available; {installed} is installed."
    error = UpdateAvailableError(line, hint="run `thothctl upgrade`, or `upgrade --plan` first")
    return Outcome(data, lambda c: c.print(line), error=error)


def _planned(session: Session, request: UpgradeRequest) -> Outcome:
    seen = look_out(session.world, request)
    if not seen.hops:
        return _nothing(seen)
    plans = []
    for hop in seen.hops[:1]:
        target = _target(session, seen, hop)
        plans.append((target, _plan(session, request, seen, target)))
    data = plan_data(session.world, seen, plans)
    return Outcome(data, lambda console: show_plan(console, data, plans))


def _plan(session: Session, request: UpgradeRequest, seen: Outlook, target: Target) -> Plan:
    """Every gate, then the plan: nothing was changed so far."""
    world = session.world
    refuse_edits(world, request.name)
    refuse_small_disk(world, target)
    now = world.clock.now().isoformat(timespec="seconds")
    return plan_upgrade(request, seen, target, world.installs.releases(request.name), now)


def _upgraded(session: Session, request: UpgradeRequest) -> Outcome:
    first = look_out(session.world, request)
    if not first.hops:
        return _nothing(first)
    refuse_edits(session.world, request.name)
    session.confirm(f"Upgrade {request.name} from {first.installed} to {first.target}?")
    seen = first
    for hop in first.hops:
        seen = look_out(session.world, replace(request, version=hop)) if seen is not first else seen
        target = _target(session, seen, hop, build=True)
        session.carry_out(_plan(session, request, seen, target))
        seen = replace(seen, release=running.active(session.world, request.name).release)
    return _done(session, first)


def _target(session: Session, seen: Outlook, hop: Version, *, build: bool = False) -> Target:
    if build and isinstance(seen.versions, OwnVersion):
        with session.watched():
            seen.versions.build()
    return seen.versions.target(hop)


def _nothing(seen: Outlook) -> Outcome:
    data = {"changed": False, "from": str(seen.installed), "to": str(seen.installed)}
    return Outcome(data, lambda c: c.print(f"Nothing to do: {seen.installed} is installed."))


def _done(session: Session, seen: Outlook) -> Outcome:
    current = running.active(session.world, session.install)
    data = {
        "changed": True,
        "from": str(seen.installed),
        "to": current.release.version,
        "release": current.release.number,
        "hops": [str(hop) for hop in seen.hops],
        "url": current.url,
    }

    def show(console: Console) -> None:
        line = f"[green]✓[/] {session.install} runs {current.release.version} at {current.url}"
        console.print(line)

    return Outcome(data, show)

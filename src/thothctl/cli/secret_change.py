"""Carries out the replacement of secrets, in one operation of the journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as but

from rich.console import Console

from thothctl.cli.change import Change, End, carry
from thothctl.cli.envelope import Outcome
from thothctl.cli.key_settings import keyed_with
from thothctl.cli.session import Session
from thothctl.cli.setup_view import show_plan
from thothctl.model.provider import PROVIDERS
from thothctl.model.secret import Secret
from thothctl.model.secret_spec import SecretSpec
from thothctl.model.stack import Stack
from thothctl.operations.consequences import SetupRequest
from thothctl.operations.plan import Plan
from thothctl.operations.rotate import (
    Replacement,
    plan_replacement,
    refuse_stopped,
)
from thothctl.operations.running import Active, active

SECONDS = 90


@dataclass(frozen=True, slots=True)
class Installed:
    """What is installed, its stack, and the names of the secrets that are stored."""

    current: Active
    stack: Stack
    stored: frozenset[str]


def installed(session: Session) -> Installed:
    """Look at the records; asks no engine."""
    current = active(session.world, session.install)
    stored = frozenset(session.world.installs.stored_secrets(session.install))
    return Installed(current, session.world.bundles.stack(current.install.stack), stored)


def replace(session: Session, here: Installed, new: Mapping[str, Secret]) -> Outcome:
    """Store the new values and tell everybody who uses them."""
    if not new:
        return Outcome({"changed": False}, lambda c: c.print("Nothing to do: they are the same."))
    plan = _plan(session, here, new)
    if session.options.dry_run:
        data = {"plan": str(plan).splitlines()}
        return Outcome(data, lambda console: show_plan(console, plan, ()))
    with session.locked("secrets"):
        observed = session.world.engine.observe(here.current.install.uuid)
        refuse_stopped(here.current, observed, plan)
        for secret, value in new.items():
            session.world.installs.offer_secret(session.install, secret, value)
        session.carry_out(plan)
    return _done(session, here, tuple(new))


def _plan(session: Session, here: Installed, new: Mapping[str, Secret]) -> Plan:
    seconds = session.options.timeout or SECONDS
    wanted = Replacement(here.stack, here.current.release, tuple(new), here.stored, seconds)
    return plan_replacement(session.install, wanted)


def _done(session: Session, here: Installed, names: tuple[str, ...]) -> Outcome:
    people = [name for name in names if here.stack.secret(name).readable]
    paths = {name: session.world.installs.secret_path(session.install, name) for name in people}
    data = {
        "changed": True,
        "secrets": names,
        "files": {name: str(path) for name, path in paths.items()},
    }

    def show(console: Console) -> None:
        console.print(f"[green]✓[/] {', '.join(names)}: new, and everybody works with it")
        for path in paths.values():
            console.print(f"  {path}", style="dim", markup=False, soft_wrap=True)

    return Outcome(data, show)


def provider_key(session: Session, here: Installed, spec: SecretSpec, value: Secret) -> Outcome:
    """Store a key of a provider, with a new release where it is in use."""
    settings = here.stack.complete(here.current.release.settings)
    keyed = keyed_with(session, settings, PROVIDERS[spec.provider], value)
    request = SetupRequest(
        session.install,
        here.current.install.stack,
        keyed.settings,
        seconds=session.options.timeout or SECONDS,
        offered=tuple(keyed.new),
    )
    result = carry(session, Change(here.stack, request, keyed.new, command="secrets"))
    if result.end is End.DONE:
        return but(_done(session, here, (spec.name,)), checks=result.findings)
    if result.end is End.NOTHING:
        return Outcome({"changed": False}, lambda c: c.print("Nothing to do: it is the same."))
    return result.outcome

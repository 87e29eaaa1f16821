"""Carries out a change of settings and keys: checks, plan, a new release, healthy."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from thothctl.cli.differences import show_differences
from thothctl.cli.envelope import Outcome
from thothctl.cli.session import Session
from thothctl.cli.setup_view import show_checks, show_findings, show_plan
from thothctl.config.combinations import refuse_conflicts
from thothctl.config.exposed import refuse_unfit
from thothctl.errors import ThothctlError
from thothctl.model.finding import Finding, Verdict
from thothctl.model.secret import Secret
from thothctl.model.stack import Stack
from thothctl.operations.configure import edited_files, refusal_of, renders
from thothctl.operations.consequences import SetupRequest, refuse_other_mode
from thothctl.operations.fitness import refuse_misfit
from thothctl.operations.plan import Plan
from thothctl.operations.recover import Unfinished, go_on, refuse_unfinished, take_back, unfinished
from thothctl.operations.rotate import fetched
from thothctl.operations.secret_checks import refuse_missing
from thothctl.operations.setup import Fresh, look, plan_setup
from thothctl.probes.preflight import needs_of, preflight, refusal


class End(Enum):
    """How a change ended."""

    PLANNED = auto()
    REFUSED = auto()
    NOTHING = auto()
    DONE = auto()


@dataclass(frozen=True, slots=True)
class Change:
    """What is wanted; `new` are the values of the secrets that the request calls offered."""

    stack: Stack
    request: SetupRequest
    new: Mapping[str, Secret] = field(default_factory=dict)
    command: str = "setup"


@dataclass(frozen=True, slots=True)
class Result:
    """How it ended, with what was seen on the way."""

    end: End
    findings: tuple[Finding, ...] = ()
    plan: Plan | None = None
    error: ThothctlError | None = None
    edits: Mapping[str, str] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """The answer of a change that was planned or refused."""
        if self.edits:
            return Outcome(
                {"edited": dict(self.edits)},
                lambda console: show_differences(console, self.edits),
                checks=self.findings,
                error=self.error,
            )
        if self.plan is None:
            bad = [finding for finding in self.findings if finding.verdict is not Verdict.PASS]
            return Outcome(
                show=lambda c: show_checks(c, bad), checks=self.findings, error=self.error
            )
        plan = self.plan
        return Outcome(
            {"plan": str(plan).splitlines()},
            lambda console: show_plan(console, plan, self.findings),
            checks=self.findings,
        )


def carry(session: Session, change: Change) -> Result:
    """Bring the install to what is wanted; a setup that was cut off goes on first."""
    _refuse_unfit(session, change)
    change = with_fetched(session, change)
    if session.options.dry_run:
        return planned(session, change)
    is_setup = change.command == "setup"
    with session.locked(change.command, fresh=not is_setup):
        pending = unfinished(session.world, change.request.name) if is_setup else None
        if pending and _is_the_same(pending, change):
            return _resume(session, pending, change)
        if pending and pending.plan.kind == "setup":
            take_back(pending, session.world)
        refuse_unfinished(session.world, change.request.name)
        return _carry(session, change)


def with_fetched(session: Session, change: Change) -> Change:
    """The change with what the backends of secrets hold now: read when a release is rendered."""
    request = change.request
    found = fetched(session.world, request.name, change.stack, request.settings)
    new = {**found, **change.new}
    return replace(change, request=replace(request, offered=tuple(new)), new=new)


def planned(session: Session, change: Change) -> Result:
    """Check and plan; changes nothing."""
    _refuse_unfit(session, change)
    request = change.request
    asked = change.stack.secrets_for(request.settings)
    refuse_missing(session.world, request.name, asked, change.new)
    findings = _preflight(session, change)
    if error := refusal(findings):
        return Result(End.REFUSED, findings, error=error)
    plan = _plan(session, change)
    name = request.name
    if renders(plan) and not change.request.discard_edits:
        edits = edited_files(session.world, name)
        if edits:
            return Result(End.REFUSED, findings, error=refusal_of(edits, name), edits=edits)
    return Result(End.PLANNED, findings, plan=plan)


def _refuse_unfit(session: Session, change: Change) -> None:
    settings = change.stack.complete(change.request.settings)
    usual = str(change.stack.complete({}).get("acme_directory", ""))
    refuse_unfit(settings, usual_directory=usual)
    refuse_conflicts(change.stack, change.request.settings)
    refuse_other_mode(session.world, change.request, change.stack)
    refuse_misfit(session.world, change.request, change.stack)


def _carry(session: Session, change: Change) -> Result:
    result = planned(session, change)
    if result.plan is None:
        return result
    if not result.plan.steps:
        return Result(End.NOTHING)
    show_findings(session.stderr, result.findings)
    for secret, value in change.new.items():
        session.world.installs.offer_secret(change.request.name, secret, value)
    session.carry_out(result.plan)
    session.world.installs.remember(change.request.name, {})
    return Result(End.DONE, result.findings)


def _plan(session: Session, change: Change) -> Plan:
    world = session.world
    fresh = Fresh(world.entropy.uuid(), world.clock.now().isoformat(timespec="seconds"))
    return plan_setup(look(world, change.request), change.request, change.stack, fresh)


def _preflight(session: Session, change: Change) -> tuple[Finding, ...]:
    request = change.request
    install = session.world.installs.find(request.name)
    needs = needs_of(change.stack, request.settings, request.name, install)
    return preflight(session.world, needs)


def _is_the_same(pending: Unfinished, change: Change) -> bool:
    """The setup that was cut off wanted just this, and no new key came since."""
    chosen = [getattr(step, "settings", None) for step in pending.plan.steps]
    same = change.request.settings in chosen or not any(chosen)
    return pending.plan.kind == "setup" and same and not change.new


def _resume(session: Session, pending: Unfinished, change: Change) -> Result:
    session.stderr.print(f"Going on with the setup that was cut off ({pending.operation}).")
    session.operation = pending.operation
    with session.watched():
        go_on(pending, session.world)
    session.world.installs.remember(change.request.name, {})
    return Result(End.DONE)

"""What is looked at before an operation: all probes at once, each with its own limit."""

from collections.abc import Sequence
from dataclasses import dataclass

from thothctl.errors import CheckFailedError
from thothctl.model.finding import Finding, Verdict
from thothctl.model.stack import Minimum
from thothctl.probes import engine, machine, port
from thothctl.probes.parallel import Probe, guarded, run
from thothctl.world import World


@dataclass(frozen=True, slots=True)
class Needs:
    """What the operation wants of the machine; `install` is the label of our own containers."""

    minimum: Minimum
    address: str
    port: int
    install: str
    project: str


def preflight(world: World, needs: Needs) -> tuple[Finding, ...]:
    """All findings, in a fixed order; an engine that does not answer ends the list early."""
    [first] = guarded("engine", engine.reachable, world)
    if first.verdict is Verdict.FAIL:
        return (first,)
    ours = (
        ("port", lambda world: port.free(world, needs.address, needs.port, needs.install)),
        ("names", lambda world: engine.names_free(world, needs.project, needs.install)),
    )
    return (first, *run(world, (*of_machine(needs.minimum), *ours)))


def of_machine(minimum: Minimum) -> tuple[tuple[str, Probe], ...]:
    """Probes of engine and machine that hold for any install."""
    return (
        ("compose", engine.compose),
        ("engine-kind", engine.kind),
        ("architecture", engine.architecture),
        ("clock", engine.clock),
        ("cpu", lambda world: machine.cpus(world, minimum)),
        ("memory", lambda world: machine.memory(world, minimum)),
        ("disk", lambda world: machine.disk(world, minimum)),
    )


def refusal(findings: Sequence[Finding]) -> CheckFailedError | None:
    """The error that failed findings come to, with the exit code of the first."""
    failed = [finding for finding in findings if finding.verdict is Verdict.FAIL]
    if not failed:
        return None
    summary = "; ".join(finding.summary for finding in failed)
    return CheckFailedError(summary, hint=failed[0].hint, exit_code=failed[0].exit_code)

"""What is looked at before an operation: all probes at once, each with its own limit."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as ProbeTimeoutError
from dataclasses import dataclass

from thothctl.errors import CheckFailedError, ThothctlError
from thothctl.model.finding import Finding, Verdict
from thothctl.model.stack import Minimum
from thothctl.probes import engine, machine, port
from thothctl.world import World

LIMIT_SECONDS = 8.0
Probe = Callable[[World], Finding]


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
    first = _guarded("engine", engine.reachable, world)
    if first.verdict is Verdict.FAIL:
        return (first,)
    return (first, *run(world, _probes(needs)))


def _probes(needs: Needs) -> tuple[tuple[str, Probe], ...]:
    return (
        ("compose", engine.compose),
        ("engine-kind", engine.kind),
        ("architecture", engine.architecture),
        ("clock", engine.clock),
        ("cpu", lambda world: machine.cpus(world, needs.minimum)),
        ("memory", lambda world: machine.memory(world, needs.minimum)),
        ("disk", lambda world: machine.disk(world, needs.minimum)),
        ("port", lambda world: port.free(world, needs.address, needs.port, needs.install)),
        ("names", lambda world: engine.names_free(world, needs.project, needs.install)),
    )


def run(world: World, probes: Sequence[tuple[str, Probe]]) -> tuple[Finding, ...]:
    """Run them side by side: one that breaks becomes a failed finding, not the end of the list."""
    with ThreadPoolExecutor(max_workers=len(probes)) as pool:
        running = [(name, pool.submit(_guarded, name, probe, world)) for name, probe in probes]
        findings = []
        for name, future in running:
            try:
                findings.append(future.result(timeout=LIMIT_SECONDS))
            except ProbeTimeoutError:
                findings.append(_late(name))
    return tuple(findings)


def _guarded(name: str, probe: Probe, world: World) -> Finding:
    try:
        return probe(world)
    except ThothctlError as error:
        return Finding(name, Verdict.FAIL, error.message, error.hint, error.exit_code)
    except Exception as error:  # noqa: BLE001 - a broken probe must not hide the others
        hint = "run again with -vv and report this"
        return Finding(name, Verdict.WARN, f"the probe broke: {error!r}", hint)


def _late(name: str) -> Finding:
    summary = f"no answer within {LIMIT_SECONDS:.0f} s"
    return Finding(name, Verdict.WARN, summary, "look at the load of this machine, then try again")


def refusal(findings: Sequence[Finding]) -> CheckFailedError | None:
    """The error that failed findings come to, with the exit code of the first."""
    failed = [finding for finding in findings if finding.verdict is Verdict.FAIL]
    if not failed:
        return None
    summary = "; ".join(finding.summary for finding in failed)
    return CheckFailedError(summary, hint=failed[0].hint, exit_code=failed[0].exit_code)

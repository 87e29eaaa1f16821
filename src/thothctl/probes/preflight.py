"""What is looked at before an operation: all probes at once, each with its own limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from thothctl.errors import CheckFailedError
from thothctl.model.address import binds, debugger_port, ports
from thothctl.model.finding import Finding, Verdict
from thothctl.model.install import Install
from thothctl.model.network import subnet_of
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Minimum, Stack
from thothctl.probes import data_folder as folder
from thothctl.probes import engine, machine, network, port
from thothctl.probes.parallel import Probe, guarded, run
from thothctl.world import World


@dataclass(frozen=True, slots=True)
class Needs:
    """What the operation wants of the machine; `install` is the label of our own containers."""

    minimum: Minimum
    doors: tuple[port.Door, ...]
    install: str
    project: str
    subnet: IPv4Network | None = None
    data_dir: str = ""


def needs_of(
    stack: Stack, settings: Mapping[str, SettingValue], name: str, install: Install | None
) -> Needs:
    """What a stack with these settings wants, whether it is installed already or not."""
    return Needs(
        minimum=stack.mode(str(stack.complete(settings)["mode"])).minimum,
        doors=doors(settings),
        install=install.uuid if install else "none yet",
        project=install.project if install else f"thoth-{name}",
        subnet=subnet_of(settings),
        data_dir=str(settings.get("data_dir", "")),
    )


def doors(settings: Mapping[str, SettingValue]) -> tuple[port.Door, ...]:
    """What is to be published, and how to choose it."""
    flags = ("--port", "--http-port")
    offset = int(settings.get("port_offset", 0))
    found = [
        port.Door(number, binds(settings), flag, offset)
        for number, flag in zip(ports(settings), flags, strict=False)
    ]
    if number := debugger_port(settings):
        found.append(port.Door(number, ("127.0.0.1",), "--set debugger.port", offset))
    return tuple(found)


def preflight(world: World, needs: Needs) -> tuple[Finding, ...]:
    """All findings, in a fixed order; an engine that does not answer ends the list early."""
    [first] = guarded("engine", engine.reachable, world)
    if first.verdict is Verdict.FAIL:
        return (first,)
    return (first, *run(world, (*of_machine(needs.minimum), *_of_install(needs))))


def _of_install(needs: Needs) -> tuple[tuple[str, Probe], ...]:
    subnet, path = needs.subnet, needs.data_dir
    chosen: list[tuple[str, Probe]] = []
    if subnet is not None:
        chosen += [(network.PROBE, lambda world: network.free(world, subnet, needs.install))]
    if path:
        chosen += [(folder.PROBE, lambda world: folder.usable(world, path, needs.minimum))]
    return (
        ("port", lambda world: [port.free(world, d, needs.install) for d in needs.doors]),
        *chosen,
        ("names", lambda world: engine.names_free(world, needs.project, needs.install)),
    )


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

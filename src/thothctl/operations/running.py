"""What is done with an installed stack day by day: start, stop, look, ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from thothctl.errors import (
    CheckFailedError,
    EngineRefusedError,
    NetworkError,
    NotInstalledError,
    UsageError,
)
from thothctl.model.address import base_url
from thothctl.model.answer import Answer, Inquiry, NoAnswer, ServiceHealth
from thothctl.model.finding import Finding, Verdict
from thothctl.model.install import Install, Release
from thothctl.model.observed import Condition, ObservedContainer, ObservedStack
from thothctl.operations.databases import server_of
from thothctl.operations.server_health import server_health
from thothctl.operations.steps import StartRelease, install_of
from thothctl.operations.waiting import (
    SETTLED_SECONDS,
    await_healthy,
    await_services,
    crashes_named,
    is_crashing,
    start_limit,
    uptime,
)
from thothctl.world import World

STOP_SECONDS = 20
SERVER_SECONDS = 120
"""So long a server may take to be there again."""


@dataclass(frozen=True, slots=True)
class Active:
    """An install with the release that is active."""

    install: Install
    release: Release

    @property
    def url(self) -> str:
        return base_url(self.release.settings)


def active(world: World, name: str) -> Active:
    """The active release; raises NotInstalledError where there is none."""
    install = install_of(world, name)
    number = world.installs.active(name)
    if number is None:
        raise NotInstalledError(
            f"{name} has no active release; its data is kept",
            hint="`thothctl setup` brings it back",
        )
    return Active(install, world.installs.release(name, number))


def start(world: World, name: str, services: Sequence[str] = (), *, seconds: int) -> None:
    """Bring the active release up, or services of it with what they need, and wait for it."""
    current = active(world, name)
    number = current.release.number
    limit = start_limit(seconds)
    release = StartRelease(name, number, number, (), why="asked for", seconds=limit)
    if not services:
        release.apply(world)
        await_healthy(world, current.install, current.release, seconds=seconds)
        return
    release.refuse_unfit_data(world)
    folder = world.installs.release_folder(name, number)
    with crashes_named(world, current.install, number, seconds=limit) as watch:
        world.compose.up(folder, services, watch=watch)
    await_services(world, current.install, services, seconds=seconds)


def server_up(world: World, install: Install, service: str) -> str:
    """The container of a server that is needed now; one that went down with its engine is started.

    Some engines take what they ended themselves for stopped.
    """
    try:
        return server_of(world, install, service)
    except EngineRefusedError:
        start(world, install.name, (service,), seconds=SERVER_SECONDS)
        return server_of(world, install, service)


def stop(world: World, name: str, services: Sequence[str] = ()) -> None:
    """Stop the containers; the data stays."""
    current = active(world, name)
    folder = world.installs.release_folder(name, current.release.number)
    world.compose.stop(folder, services, seconds=STOP_SECONDS)


def restart(world: World, name: str, services: Sequence[str] = (), *, seconds: int) -> None:
    """Restart the containers and wait for them."""
    stop(world, name, services)
    start(world, name, services, seconds=seconds)


def refuse_unknown(world: World, name: str, services: Sequence[str]) -> None:
    """Raise UsageError for a service that the active release does not have."""
    known = wanted(world, active(world, name))
    if unknown := [service for service in services if service not in known]:
        raise UsageError(
            f"there is no service {', '.join(unknown)}", hint=f"services here: {', '.join(known)}"
        )


def wanted(world: World, current: Active) -> list[str]:
    """The services that the active release consists of."""
    stack = world.bundles.stack(current.install.stack).having(current.release.images)
    return [s.name for s in stack.running_for(current.release.settings)]


def left_out(world: World, current: Active) -> tuple[str, ...]:
    """A sentence for each service that the active release does without."""
    stack, settings = world.bundles.stack(current.install.stack), current.release.settings
    there = {s.name for s in stack.having(current.release.images).services_for(settings)}
    return tuple(
        f"{one.name} was left out: nobody has its image; after "
        f"`docker pull {stack.image(one.image).upstream}`, `thothctl setup` adds it"
        for one in stack.services_for(settings)
        if one.name not in there
    )


def examine(world: World, name: str) -> tuple[Finding, ...]:
    """How every container is and what the server says of itself."""
    current = active(world, name)
    return (*services(world, current), *_server(world, current))


def services(world: World, current: Active) -> tuple[Finding, ...]:
    """One finding a service, about all its replicas."""
    observed = world.engine.observe(current.install.uuid).containers
    now = world.clock.now()
    return tuple(
        _service(name, [c for c in observed if c.service == name], now)
        for name in wanted(world, current)
    )


def _service(name: str, replicas: Sequence[ObservedContainer], now: datetime) -> Finding:
    probe = f"service-{name}"
    if not replicas:
        return Finding(probe, Verdict.FAIL, f"{name} has no container", f"`thothctl start {name}`")
    found = [(_trouble(one, now), one) for one in replicas]
    if troubled := [(trouble, one) for trouble, one in found if trouble]:
        trouble, one = troubled[0]
        of = f" ({len(troubled)} of {len(replicas)} replicas)" if len(replicas) > 1 else ""
        stopped = one.condition is Condition.STOPPED
        hint = f"run `thothctl start {name}`" if stopped else f"see `thothctl logs {name}`"
        return Finding(probe, Verdict.FAIL, f"{name} {trouble}{of}", hint)
    if fallen := [one for one in replicas if one.restarts and uptime(one, now) < SETTLED_SECONDS]:
        ago, times = uptime(fallen[0], now), fallen[0].restarts
        said = f"{name} crashed {ago:.0f} s ago and was started again (restarted {times} times)"
        return Finding(probe, Verdict.WARN, said, f"see `thothctl logs {name}`")
    condition = worst(replicas).value
    return Finding(probe, Verdict.PASS, f"{name} is {condition}{_times(len(replicas))}")


def _trouble(container: ObservedContainer, now: datetime) -> str:
    if container.condition is Condition.RESTARTING or is_crashing(container, now):
        return f"keeps crashing (restarted {container.restarts} times)"
    if container.condition in {Condition.STOPPED, Condition.UNHEALTHY}:
        return f"is {container.condition.value}"
    return ""


def _times(replicas: int) -> str:
    return f", {replicas} replicas" if replicas > 1 else ""


def worst(replicas: Sequence[ObservedContainer]) -> Condition:
    """The condition of a service: that of its replica which is worst off."""
    order = list(Condition)
    return max((one.condition for one in replicas), key=order.index)


def _server(world: World, current: Active) -> tuple[Finding, ...]:
    try:
        checks = server_health(world, current.install, current.release)
    except NetworkError as error:
        return (Finding("http", Verdict.FAIL, error.message, error.hint),)
    return tuple(_finding(check) for check in checks)


def _finding(check: ServiceHealth) -> Finding:
    summary = f"{check.name}: {check.detail or check.status}"
    if check.is_degraded:
        return Finding(check.name, Verdict.WARN, summary, "see `thothctl keys check`")
    if check.ok:
        return Finding(check.name, Verdict.PASS, summary)
    return Finding(check.name, Verdict.FAIL, summary, "see `thothctl logs`")


def container_of(observed: ObservedStack, service: str) -> ObservedContainer:
    """The container of a service; raises UsageError for an unknown one."""
    found = {c.service: c for c in observed.containers}
    if service not in found:
        known = ", ".join(sorted(found)) or "none"
        raise UsageError(f"there is no service {service}", hint=f"services here: {known}")
    return found[service]


def running_container(world: World, name: str, service: str) -> ObservedContainer:
    """A running container of a service, the first where there are several."""
    current = active(world, name)
    chosen = service or wanted(world, current)[0]
    refuse_unknown(world, name, [chosen])
    observed = world.engine.observe(current.install.uuid).containers
    running = [c for c in observed if c.service == chosen and c.condition is not Condition.STOPPED]
    if not running:
        raise CheckFailedError(f"{chosen} does not run", hint=f"run `thothctl start {chosen}`")
    return running[0]


def ask(world: World, name: str, inquiry: Inquiry) -> Answer | NoAnswer:
    """Put a question to the running stack."""
    current = active(world, name)
    token = world.installs.secret(name, "api_token")
    return world.server.ask(current.url, token, inquiry)

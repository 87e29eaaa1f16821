"""What is done with an installed stack day by day: start, stop, look, ask."""

from dataclasses import dataclass

from thothctl.errors import NetworkError, NotInstalledError, UsageError
from thothctl.model.address import base_url
from thothctl.model.answer import Answer, Inquiry, NoAnswer, ServiceHealth
from thothctl.model.finding import Finding, Verdict
from thothctl.model.install import Install, Release
from thothctl.model.observed import Condition, ObservedContainer, ObservedStack
from thothctl.operations.server_health import server_health
from thothctl.operations.steps import StartRelease, install_of
from thothctl.operations.waiting import CRASHES, await_healthy
from thothctl.world import World

STOP_SECONDS = 20


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


def start(world: World, name: str, *, seconds: int) -> tuple[ServiceHealth, ...]:
    """Bring the active release up and wait for it."""
    current = active(world, name)
    number = current.release.number
    StartRelease(name, number, number, (), why="asked for").apply(world)
    return await_healthy(world, current.install, current.release, seconds=seconds)


def stop(world: World, name: str) -> None:
    """Stop the containers; the data stays."""
    current = active(world, name)
    folder = world.installs.release_folder(name, current.release.number)
    world.compose.stop(folder, seconds=STOP_SECONDS)


def restart(world: World, name: str, *, seconds: int) -> tuple[ServiceHealth, ...]:
    """Restart the containers and wait for them."""
    stop(world, name)
    return start(world, name, seconds=seconds)


def examine(world: World, name: str) -> tuple[Finding, ...]:
    """How every container is and what the server says of itself."""
    current = active(world, name)
    observed = world.engine.observe(current.install.uuid)
    stack = world.bundles.stack(current.install.stack)
    wanted = [s.name for s in stack.running_for(current.release.settings)]
    return (*_containers(observed, wanted), *_server(world, current))


def _containers(observed: ObservedStack, wanted: list[str]) -> tuple[Finding, ...]:
    found = {c.service: c for c in observed.containers}
    return tuple(_container(name, found.get(name)) for name in wanted)


def _container(name: str, container: ObservedContainer | None) -> Finding:
    probe = f"service-{name}"
    if container is None:
        hint = "run `thothctl start`"
        return Finding(probe, Verdict.FAIL, f"{name} has no container", hint)
    if container.restarts >= CRASHES or container.condition is Condition.RESTARTING:
        summary = f"{name} keeps crashing (restarted {container.restarts} times)"
        return Finding(probe, Verdict.FAIL, summary, f"see `thothctl logs {name}`")
    if container.condition is Condition.STOPPED:
        return Finding(probe, Verdict.FAIL, f"{name} is stopped", "run `thothctl start`")
    if container.condition is Condition.UNHEALTHY:
        summary = f"{name} is unhealthy"
        return Finding(probe, Verdict.FAIL, summary, f"see `thothctl logs {name}`")
    return Finding(probe, Verdict.PASS, f"{name} is {container.condition.value}")


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
    """The running container of a service; raises UsageError for an unknown one."""
    found = {c.service: c for c in observed.containers}
    if service not in found:
        known = ", ".join(sorted(found)) or "none"
        raise UsageError(f"there is no service {service}", hint=f"services here: {known}")
    return found[service]


def ask(world: World, name: str, inquiry: Inquiry) -> Answer | NoAnswer:
    """Put a question to the running stack."""
    current = active(world, name)
    token = world.installs.secret(name, "api_token")
    return world.server.ask(current.url, token, inquiry)

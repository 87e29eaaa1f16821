"""Waits for a stack to answer, and says early why it will not."""

from collections.abc import Sequence

from thothctl.errors import NetworkError, NotHealthyError
from thothctl.model.answer import ServiceHealth
from thothctl.model.event import Progress
from thothctl.model.install import Install, Release
from thothctl.model.observed import Condition, ObservedContainer
from thothctl.operations.server_health import server_health
from thothctl.world import World

CRASHES = 2
"""Restarts after which a service counts as crash-looping."""
POLL_SECONDS = 0.25
LOG_LINES = 12


def await_healthy(
    world: World, install: Install, release: Release, *, seconds: int = 90
) -> tuple[ServiceHealth, ...]:
    """Poll until all services answer; raises NotHealthyError at a crash loop or the deadline."""
    stack = world.bundles.stack(install.stack)
    services = [s.name for s in stack.running_for(release.settings)]
    deadline = world.clock.monotonic() + seconds
    while True:
        containers = world.engine.observe(install.uuid).containers
        _report(world, containers)
        _refuse_crashed(world, containers)
        checks = _ask(world, install, release) if _all_run(services, containers) else ()
        if checks and all(check.ok for check in checks):
            return checks
        if world.clock.monotonic() >= deadline:
            raise _late(world, services, containers, checks, seconds)
        world.clock.pause(POLL_SECONDS)


def _report(world: World, containers: Sequence[ObservedContainer]) -> None:
    for container in containers:
        world.report(Progress(container.service, container.condition.value))


def _all_run(services: Sequence[str], containers: Sequence[ObservedContainer]) -> bool:
    running = {c.service for c in containers if c.condition is not Condition.STOPPED}
    return running >= set(services)


def _ask(world: World, install: Install, release: Release) -> tuple[ServiceHealth, ...]:
    try:
        return server_health(world, install, release)
    except NetworkError:
        return ()


def _refuse_crashed(world: World, containers: Sequence[ObservedContainer]) -> None:
    for container in containers:
        if container.restarts >= CRASHES:
            raise NotHealthyError(
                f"service {container.service} keeps crashing (restarted {container.restarts} "
                f"times, exit code {container.exit_code}){_last_lines(world, container)}",
                hint=f"see `thothctl logs {container.service}`; "
                "then `thothctl resume` or `thothctl rollback`",
            )


def _late(
    world: World,
    services: Sequence[str],
    containers: Sequence[ObservedContainer],
    checks: Sequence[ServiceHealth],
    seconds: int,
) -> NotHealthyError:
    found = {c.service: c for c in containers}
    missing = [name for name in services if name not in found]
    failing = [f"{c.name}: {c.detail or c.status}" for c in checks if not c.ok]
    what = [f"{name} has no container" for name in missing] or failing or ["no answer over HTTP"]
    logs = "".join(_last_lines(world, c) for c in containers)
    return NotHealthyError(
        f"not healthy after {seconds} s: {'; '.join(what)}{logs}",
        hint="see `thothctl logs`; then `thothctl resume` or `thothctl rollback`",
    )


def _last_lines(world: World, container: ObservedContainer) -> str:
    lines = list(world.engine.logs(container.id, tail=LOG_LINES))
    return "".join(f"\n  {container.service} | {line}" for line in lines)

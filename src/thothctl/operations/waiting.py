"""Waits for a stack to answer, and says early why it will not."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from thothctl.errors import EndlessError, EngineRefusedError, NetworkError, NotHealthyError
from thothctl.model.answer import ServiceHealth
from thothctl.model.event import Progress
from thothctl.model.install import Install, Release
from thothctl.model.observed import Condition, ObservedContainer
from thothctl.operations.server_health import server_health
from thothctl.world import Watch, World

CRASHES = 2
"""Restarts after which a service counts as crash-looping."""
SETTLED_SECONDS = 60
"""Up for so long, a service is not crash-looping any more."""
ENDED_ON_REQUEST = frozenset({0, 137, 143})
POLL_SECONDS = 0.25
START_SECONDS = 1800
"""So long migrations and whatever else a start waits for may take."""
LOG_LINES = 12
LONGER = "a long migration gets more time with --timeout SECONDS"


def start_limit(seconds: int) -> int:
    """What a start may take at most, where somebody grants so many seconds to become healthy."""
    return max(seconds, START_SECONDS)


def await_healthy(
    world: World, install: Install, release: Release, *, seconds: int = 90
) -> tuple[ServiceHealth, ...]:
    """Poll until all services answer; raises NotHealthyError at a crash loop or the deadline."""
    stack = world.bundles.stack(install.stack).having(release.images)
    services = [s.name for s in stack.running_for(release.settings)]
    asked = {endpoint.service for endpoint in stack.endpoints}
    deadline = world.clock.monotonic() + seconds
    while True:
        containers = _look(world, install)
        unasked = (c for c in containers if c.service not in asked or c.replica > 1)
        others = [c for c in unasked if c.service in services]
        ready = _all_run(services, containers) and all(c.is_up for c in others)
        checks = _ask(world, install, release) if ready else ()
        if checks and all(check.ok for check in checks):
            return checks
        if world.clock.monotonic() >= deadline:
            raise _late(world, services, containers, checks, seconds)
        world.clock.pause(POLL_SECONDS)


def await_services(
    world: World, install: Install, services: Sequence[str], *, seconds: int
) -> None:
    """Poll until every container of these services is up, whatever the others do."""
    deadline = world.clock.monotonic() + seconds
    while True:
        containers = [c for c in _look(world, install) if c.service in services]
        if _all_run(services, containers) and all(c.is_up for c in containers):
            return
        if world.clock.monotonic() >= deadline:
            raise _late(world, services, containers, (), seconds)
        world.clock.pause(POLL_SECONDS)


def await_replicas(
    world: World, install: Install, release: Release, service: str, *, seconds: int
) -> None:
    """Poll until every container of a service that is of this release is up."""
    deadline = world.clock.monotonic() + seconds
    while True:
        every = world.engine.observe(install.uuid).containers
        mine = [c for c in every if c.service == service and release.has(service, c.release)]
        for container in mine:
            world.report(Progress(_shown(container), container.condition.value))
        _refuse_crashed(world, mine)
        if mine and all(c.is_up for c in mine):
            return
        if world.clock.monotonic() >= deadline:
            raise _late(world, (service,), mine, (), seconds)
        world.clock.pause(POLL_SECONDS)


@contextmanager
def crashes_named(
    world: World, install: Install, release: int, *, seconds: int = START_SECONDS
) -> Iterator[Watch]:
    """Give a watch for crash loops to Compose, which waits for services to be healthy.

    Compose may give up before the second restart: then the service that is why is named as well.
    A start that lasts longer than `seconds` has failed.
    """
    deadline = world.clock.monotonic() + seconds

    def look() -> None:
        containers = _of_release(world, install, release)
        _refuse_crashed(world, containers)
        if world.clock.monotonic() > deadline:
            raise _endless(world, install, containers, seconds)

    try:
        yield look
    except EngineRefusedError as error:
        look()
        for container in _of_release(world, install, release):
            if trouble := _trouble(container, world.clock.now()):
                raise _dead(world, container, trouble) from error
        raise


def ended_by(
    world: World, install: Install, task: str, *, seconds: int, hint: str = LONGER
) -> Watch:
    """Give a watch to what runs beside the stack: it raises EndlessError after `seconds`."""
    deadline = world.clock.monotonic() + seconds

    def look() -> None:
        if world.clock.monotonic() > deadline:
            found = world.engine.task(install.uuid, task)
            raise _unended(world, (found,) if found else (), seconds, hint)

    return look


def _endless(
    world: World, install: Install, containers: Sequence[ObservedContainer], seconds: int
) -> EndlessError:
    once = {service.name for service in world.bundles.stack(install.stack).services if service.once}
    running = [one for one in containers if one.condition is not Condition.STOPPED]
    waiting = [one for one in running if one.service in once or not one.is_up]
    return _unended(world, waiting, seconds, LONGER)


def _unended(
    world: World, waiting: Sequence[ObservedContainer], seconds: int, hint: str
) -> EndlessError:
    names = ", ".join(one.service for one in waiting) or "a service"
    logs = "".join(_last_lines(world, one) for one in waiting)
    return EndlessError(
        f"{names} has not come to an end after {seconds} s{logs}",
        hint=hint,
    )


def _of_release(world: World, install: Install, release: int) -> list[ObservedContainer]:
    wanted = world.installs.release(install.name, release)
    containers = world.engine.observe(install.uuid).containers
    return [c for c in containers if wanted.has(c.service, c.release)]


def _trouble(container: ObservedContainer, now: datetime) -> str:
    """What is wrong with a container on whose account Compose gave up; empty if nothing is."""
    if container.condition is Condition.UNHEALTHY:
        return "is unhealthy"
    return _crashing(container) if is_crashing(container, now, crashes=1) else ""


def _crashing(container: ObservedContainer) -> str:
    return f"keeps crashing (restarted {container.restarts} times, exit code {container.exit_code})"


def is_crashing(container: ObservedContainer, now: datetime, *, crashes: int = CRASHES) -> bool:
    """It restarts again and again; one that did so long ago and works now does not."""
    if container.restarts < crashes or container.condition is Condition.HEALTHY:
        return False
    up = uptime(container, now)
    return container.condition is Condition.RESTARTING or up < SETTLED_SECONDS


def uptime(container: ObservedContainer, now: datetime) -> float:
    """The seconds since its last start; 0 where the engine does not tell."""
    try:
        return (now - datetime.fromisoformat(container.started)).total_seconds()
    except (ValueError, TypeError):  # an engine that tells no moment, or no zone
        return 0


def _look(world: World, install: Install) -> tuple[ObservedContainer, ...]:
    containers = world.engine.observe(install.uuid).containers
    for container in containers:
        world.report(Progress(_shown(container), container.condition.value))
    _refuse_crashed(world, containers)
    return containers


def _shown(container: ObservedContainer) -> str:
    return (
        container.service if container.replica == 1 else f"{container.service} {container.replica}"
    )


def _all_run(services: Sequence[str], containers: Sequence[ObservedContainer]) -> bool:
    running = {c.service for c in containers if c.condition is not Condition.STOPPED}
    return running >= set(services)


def _ask(world: World, install: Install, release: Release) -> tuple[ServiceHealth, ...]:
    try:
        return server_health(world, install, release)
    except NetworkError:
        return ()


def _refuse_crashed(world: World, containers: Sequence[ObservedContainer]) -> None:
    now = world.clock.now()
    for container in containers:
        if is_crashing(container, now):
            raise _dead(world, container, _crashing(container))
        if _ended_badly(container):
            raise _dead(world, container, f"ended with exit code {container.exit_code}")


def _ended_badly(container: ObservedContainer) -> bool:
    ended = container.condition is Condition.STOPPED and bool(container.started)
    return ended and container.exit_code not in ENDED_ON_REQUEST


def _dead(world: World, container: ObservedContainer, what: str) -> NotHealthyError:
    return NotHealthyError(
        f"service {container.service} {what}{_last_lines(world, container)}",
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
    found = {c.service for c in containers}
    missing = [f"{name} has no container" for name in services if name not in found]
    waiting = [f"{_shown(c)} is {c.condition.value}" for c in containers if not c.is_up]
    failing = [f"{c.name}: {c.detail or c.status}" for c in checks if not c.ok]
    what = [*missing, *(failing or waiting)] or ["no answer over HTTP"]
    logs = "".join(_last_lines(world, c) for c in containers)
    return NotHealthyError(
        f"not healthy after {seconds} s: {'; '.join(what)}{logs}",
        hint="see `thothctl logs`; then `thothctl resume` or `thothctl rollback`",
    )


def _last_lines(world: World, container: ObservedContainer) -> str:
    lines = list(world.engine.logs(container.id, tail=LOG_LINES))
    return "".join(f"\n  {container.service} | {line.text}" for line in lines)

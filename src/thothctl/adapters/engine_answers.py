"""Reads the engine's answers about containers and images into what the core knows."""

from collections.abc import Mapping
from typing import Any

from thothctl.model.figures import ContainerFigures
from thothctl.model.install import LABEL_INSTALL, LABEL_RELEASE, LABEL_SERVICE
from thothctl.model.observed import (
    Condition,
    LogLine,
    ObservedContainer,
    ObservedImage,
    ObservedNetwork,
)

NUMBER = "com.docker.compose.container-number"


def log_line(raw: bytes) -> LogLine:
    """A line with the moment it was written."""
    at, _, text = raw.decode(errors="replace").rstrip("\r").partition(" ")
    return LogLine(at, text)


def by_service(container: ObservedContainer) -> tuple[str, int, str]:
    """The order in which containers are shown."""
    return container.service, container.replica, container.name


def container(found: Mapping[str, Any]) -> ObservedContainer:
    """What an inspect document says of a container of ours."""
    labels, state = found["Config"].get("Labels") or {}, found["State"]
    bindings = (found.get("NetworkSettings") or {}).get("Ports") or {}
    published = [
        f"{one['HostIp']}:{one['HostPort']}->{inner}"
        for inner, ones in bindings.items()
        for one in ones or ()
    ]
    return ObservedContainer(
        id=found["Id"],
        name=found["Name"].lstrip("/"),
        service=labels.get(LABEL_SERVICE, ""),
        image=found["Config"]["Image"],
        condition=condition(state),
        restarts=int(found.get("RestartCount", 0)),
        started=str(state.get("StartedAt", "")),
        exit_code=int(state.get("ExitCode", 0)),
        ports=tuple(published),
        release=labels.get(LABEL_RELEASE, ""),
        replica=int(labels.get(NUMBER) or 1),
        user=str(found["Config"].get("User") or ""),
    )


def condition(state: Mapping[str, Any]) -> Condition:
    """State, health and restarts in one word."""
    if state.get("Restarting"):
        return Condition.RESTARTING
    if not state.get("Running"):
        return Condition.STOPPED
    health = state.get("Health") or {}
    by_health = {
        "healthy": Condition.HEALTHY,
        "starting": Condition.STARTING,
        "unhealthy": Condition.UNHEALTHY,
    }
    found = by_health.get(health.get("Status", ""), Condition.RUNNING)
    return _checked_last(health) if found is Condition.UNHEALTHY else found


def _checked_last(health: Mapping[str, Any]) -> Condition:
    """After a pause the engine says unhealthy until its next check, though none has failed."""
    if health.get("FailingStreak", 1):
        return Condition.UNHEALTHY
    return Condition.HEALTHY if health.get("Log") else Condition.STARTING


def listed_image(found: Mapping[str, Any]) -> ObservedImage:
    """An entry of the list of images."""
    return ObservedImage(
        id=found["Id"],
        tags=tuple(found.get("RepoTags") or ()),
        size=int(found.get("Size", 0)),
        created=str(found.get("Created", "")),
        labels=found.get("Labels") or {},
        digests=tuple(d for d in found.get("RepoDigests") or () if "<none>" not in d),
    )


def figures(found: Mapping[str, Any], stats: Mapping[str, Any]) -> ContainerFigures:
    """What a container takes; `stats` is empty for one that does not run."""
    memory = stats.get("memory_stats") or {}
    detail = memory.get("stats") or {}
    # What the kernel gives back at once is not in use: cgroup v2's name for it, and v1's.
    cached = detail.get("inactive_file", detail.get("total_inactive_file", 0))
    used = (stats.get("cpu_stats") or {}).get("cpu_usage") or {}
    return ContainerFigures(
        service=(found["Config"].get("Labels") or {}).get(LABEL_SERVICE, ""),
        name=found["Name"].lstrip("/"),
        running=condition(found["State"]) not in {Condition.STOPPED, Condition.RESTARTING},
        restarts=int(found.get("RestartCount", 0)),
        memory_bytes=max(0, int(memory.get("usage", 0)) - int(cached)),
        memory_limit_bytes=int((found.get("HostConfig") or {}).get("Memory") or 0),
        cpu_seconds=int(used.get("total_usage", 0)) / 1e9,
    )


def network(found: dict[str, Any]) -> ObservedNetwork:
    """A network as the list of them describes it."""
    ranges = (found.get("IPAM") or {}).get("Config") or ()
    return ObservedNetwork(
        name=str(found["Name"]),
        install=str((found.get("Labels") or {}).get(LABEL_INSTALL, "")),
        subnets=tuple(str(one["Subnet"]) for one in ranges if one.get("Subnet")),
    )

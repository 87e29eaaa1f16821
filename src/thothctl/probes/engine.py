"""Probes of the Docker engine and Compose."""

from datetime import datetime

from thothctl.errors import ExitCode
from thothctl.model.finding import Finding, Verdict
from thothctl.world import World

OLDEST_ENGINE = (20, 10)
OLDEST_COMPOSE = (2, 0)
ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
CLOCK_SECONDS = 30


def reachable(world: World) -> Finding:
    """The engine answers and is new enough."""
    if world.host.socket_writable() is False:
        return Finding(
            "engine",
            Verdict.FAIL,
            f"no permission to talk to {world.host.socket_path()}",
            "join the group: `sudo usermod -aG docker $USER`, then sign in again",
            ExitCode.ENGINE,
        )
    version = world.engine.facts().version
    if _parts(version) < OLDEST_ENGINE:
        hint = "upgrade Docker to 20.10 or newer"
        return Finding(
            "engine", Verdict.FAIL, f"Docker {version} is too old", hint, ExitCode.ENGINE
        )
    return Finding("engine", Verdict.PASS, f"Docker {version}")


def compose(world: World) -> Finding:
    """`docker compose` is there and is v2 or newer."""
    version = world.compose.version()
    if _parts(version) < OLDEST_COMPOSE:
        hint = "install the Compose v2 plugin; `install.sh` does it"
        return Finding(
            "compose", Verdict.FAIL, f"Compose {version} is too old", hint, ExitCode.ENGINE
        )
    return Finding("compose", Verdict.PASS, f"Compose {version}")


def kind(world: World) -> Finding:
    """Engines that behave differently are named: Podman, snap, rootless."""
    facts = world.engine.facts()
    if facts.kind == "podman":
        hint = "use Docker; Podman's Docker API is not tested with this product"
        return Finding("engine-kind", Verdict.WARN, "this is Podman", hint)
    if facts.root.startswith("/var/snap/") or world.host.compose_is_snap():
        if _hidden_or_outside(world):
            hint = (
                "set THOTHCTL_HOME to a visible folder in your home, or use Docker's own packages"
            )
            summary = f"Docker from snap cannot read {world.home}"
            return Finding("engine-kind", Verdict.FAIL, summary, hint)
        hint = "prefer Docker's own packages: the snap sees your home folder only"
        return Finding("engine-kind", Verdict.WARN, "Docker comes from snap", hint)
    if facts.rootless:
        hint = "use a port of 1024 or higher"
        return Finding("engine-kind", Verdict.WARN, "Docker runs rootless", hint)
    return Finding("engine-kind", Verdict.PASS, f"{facts.os or 'engine'}, root {facts.root}")


def _hidden_or_outside(world: World) -> bool:
    parts = world.home.parts
    return any(part.startswith(".") for part in parts) or "home" not in parts


def architecture(world: World) -> Finding:
    """The engine runs on an architecture that images are built for."""
    name = world.engine.facts().architecture
    if name not in ARCHITECTURES:
        hint = "use an amd64 or arm64 machine"
        return Finding("architecture", Verdict.FAIL, f"{name} is not supported", hint)
    return Finding("architecture", Verdict.PASS, ARCHITECTURES[name])


def clock(world: World) -> Finding:
    """Engine and host agree about the time; certificates and backups depend on it."""
    theirs = _moment(world.engine.facts().clock)
    if theirs is None:
        return Finding("clock", Verdict.PASS, "the engine does not tell its time")
    apart = abs((world.clock.now() - theirs).total_seconds())
    if apart > CLOCK_SECONDS:
        hint = "set the clock (NTP); on Docker Desktop restart its virtual machine"
        return Finding("clock", Verdict.WARN, f"host and engine are {apart:.0f} s apart", hint)
    return Finding("clock", Verdict.PASS, "host and engine agree")


def names_free(world: World, project: str, install: str) -> Finding:
    """No other install, and nobody else, uses the names this install would use."""
    others = world.engine.foreign(project, install)
    if others:
        return Finding(
            "names",
            Verdict.FAIL,
            f"the project {project} is taken: {', '.join(others[:3])}",
            "choose another name with --install NAME",
        )
    return Finding("names", Verdict.PASS, f"the project {project} is ours or free")


def _parts(version: str) -> tuple[int, ...]:
    numbers = version.lstrip("v").split("+")[0].split("-")[0].split(".")[:2]
    return tuple(int(number) for number in numbers if number.isdigit())


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text[:19] + "+00:00" if text.endswith("Z") else text)
    except ValueError:
        return None

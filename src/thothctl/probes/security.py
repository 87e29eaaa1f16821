"""What a hardened container is: one list, checked against what really runs."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from thothctl.model.finding import Finding, Verdict
from thothctl.model.inspected import Declared, InspectedContainer
from thothctl.model.secret import Secret

OVERRIDE = "in compose.override.yaml, then `thothctl setup`"
NAMED_CAPABILITIES: Mapping[str, Mapping[str, str]] = {}
"""Capabilities that a service needs, each with its reason; none of ours needs any."""

EGRESS, USERS_OF_EGRESS = "egress", frozenset({"app", "worker", "setup"})
"""The network that has a way out, and the services that talk to model providers through it."""

INITS = frozenset({"tini", "docker-init", "dumb-init", "catatonit"})
ENGINE_SOCKETS = ("docker.sock", "containerd.sock", "podman.sock", "crio.sock")
HOST_PLACES = frozenset(
    "/ /bin /boot /dev /etc /home /lib /proc /root /run /sbin /sys /usr /var /var/lib "
    "/var/lib/docker /var/run".split()
)
SECRET_NAME = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|TOKEN|SECRET|SECRET_KEY|API_KEY|PRIVATE_KEY|CREDENTIALS?)$"
)
SHORTEST_SECRET = 8
BUILT = re.compile(r":[^/:@]*-[0-9a-f]{12}$")
ROTATING = frozenset({"local", "journald", "none", "syslog", "fluentd", "gelf"})
RESTARTS = frozenset({"unless-stopped", "always", "on-failure"})


@dataclass(frozen=True, slots=True)
class Expected:
    """What the checks compare with: secrets that must not show, and the release's own files."""

    secrets: Sequence[Secret] = ()
    declared: Mapping[str, Declared] = field(default_factory=dict)
    once: frozenset[str] = frozenset()
    """Services that end when their work is done: nobody asks how they are, or starts them again."""


@dataclass(frozen=True, slots=True)
class Check:
    """One demand: `fault` says what is wrong with a container, or nothing."""

    name: str
    demand: str
    fault: Callable[[InspectedContainer, Expected], str]
    fix: str
    verdict: Verdict = Verdict.FAIL


def _root(one: InspectedContainer, _: Expected) -> str:
    return "runs as root" if one.user.partition(":")[0] in {"", "0", "root"} else ""


def _dropped(one: InspectedContainer, _: Expected) -> str:
    return "" if "ALL" in one.dropped else "keeps the engine's usual capabilities"


def _added(one: InspectedContainer, _: Expected) -> str:
    extra = sorted(one.added - NAMED_CAPABILITIES.get(one.service, {}).keys())
    return f"has {', '.join(extra)}" if extra else ""


def _new_privileges(one: InspectedContainer, _: Expected) -> str:
    wanted = {"no-new-privileges", "no-new-privileges:true", "no-new-privileges=true"}
    return "" if wanted & {*one.options} else "may gain privileges"


def _confinement(one: InspectedContainer, _: Expected) -> str:
    loose = [option for option in one.options if option.endswith(("unconfined", "label:disable"))]
    return f"runs with {', '.join(loose)}" if loose else ""


def _health(one: InspectedContainer, expected: Expected) -> str:
    if one.service in expected.once:
        return ""
    return "" if one.health and one.health[0] != "NONE" else "has no health check"


def _restart(one: InspectedContainer, expected: Expected) -> str:
    if one.service in expected.once:
        return ""
    return "" if one.restart in RESTARTS else "stays down when it crashes"


def _rotation(one: InspectedContainer, _: Expected) -> str:
    rotates = one.log_driver in ROTATING or "max-size" in one.log_options
    return "" if rotates else f"writes its log ({one.log_driver or 'default'}) without a limit"


def _namespaces(one: InspectedContainer, _: Expected) -> str:
    shared = sorted(space for space, mode in one.namespaces.items() if mode == "host")
    return f"shares {', '.join(shared)} with the host" if shared else ""


def _devices(one: InspectedContainer, _: Expected) -> str:
    return f"has {', '.join(one.devices)}" if one.devices else ""


def _sockets(one: InspectedContainer, _: Expected) -> str:
    found = [m.source for m in one.mounts if m.source.endswith(ENGINE_SOCKETS)]
    return f"commands the engine through {', '.join(found)}" if found else ""


def _places(one: InspectedContainer, _: Expected) -> str:
    binds = (mount.source for mount in one.mounts if mount.kind == "bind")
    found = sorted(source for source in binds if (source.rstrip("/") or "/") in HOST_PLACES)
    return f"sees {', '.join(found)} of the host" if found else ""


def _secrets(one: InspectedContainer, expected: Expected) -> str:
    values = {s.reveal() for s in expected.secrets if len(s.reveal()) >= SHORTEST_SECRET}
    named = {
        name
        for name, value in one.environment.items()
        if value.reveal() and (SECRET_NAME.search(name) or value.reveal() in values)
    }
    shown = [f"{name} in its environment" for name in sorted(named)]
    if any(value in one.command_line.reveal() for value in values):
        shown.append("a secret in its command line")
    return f"shows {', '.join(shown)}" if shown else ""


def _pinned(one: InspectedContainer, _: Expected) -> str:
    is_pinned = "@sha256:" in one.image or BUILT.search(one.image)
    return "" if is_pinned else f"runs {one.image}, which may be another image tomorrow"


def _networks(one: InspectedContainer, _: Expected) -> str:
    open_ones = [
        network.name
        for network in one.networks
        if not network.internal
        and not one.published
        and not (network.key == EGRESS and one.service in USERS_OF_EGRESS)
    ]
    return f"has a way out through {', '.join(open_ones)}" if open_ones else ""


def _init(one: InspectedContainer, _: Expected) -> str:
    return "" if one.init or one.program in INITS else "has nobody to reap orphaned processes"


def _declared(one: InspectedContainer, expected: Expected) -> str:
    declared = expected.declared.get(one.service, Declared())
    strange = [p for p in one.published if not declared.allows(p)]
    shown = ", ".join(f"{p.address or '*'}:{p.port}->{p.inner}" for p in strange)
    return f"publishes {shown}" if strange else ""


CHECKS = (
    Check("user", "not root", _root, f"set `user:` {OVERRIDE}"),
    Check(
        "read-only",
        "a read-only root file system",
        lambda one, _: "" if one.read_only else "can change its own files",
        f"set `read_only: true` and name folders under `tmpfs:` {OVERRIDE}",
    ),
    Check("cap-drop", "no capabilities", _dropped, f"set `cap_drop: [ALL]` {OVERRIDE}"),
    Check("cap-add", "none added but those with a reason", _added, f"remove `cap_add:` {OVERRIDE}"),
    Check(
        "no-new-privileges",
        "no way to gain privileges",
        _new_privileges,
        f'set `security_opt: ["no-new-privileges:true"]` {OVERRIDE}',
    ),
    Check(
        "confinement",
        "the engine's seccomp and AppArmor profiles",
        _confinement,
        f"remove `…=unconfined` from `security_opt:` {OVERRIDE}",
    ),
    Check(
        "privileged",
        "not privileged",
        lambda one, _: "is privileged: root of the host" if one.privileged else "",
        f"remove `privileged:` {OVERRIDE}",
    ),
    Check(
        "namespaces",
        "namespaces of their own",
        _namespaces,
        f"remove `pid:`, `ipc:`, `uts:`, `userns_mode:` or `network_mode: host` {OVERRIDE}",
    ),
    Check("devices", "no devices of the host", _devices, f"remove `devices:` {OVERRIDE}"),
    Check("sockets", "no engine's socket", _sockets, f"remove that mount {OVERRIDE}"),
    Check("host-folders", "no system folders", _places, f"mount less than that {OVERRIDE}"),
    Check(
        "pids",
        "a limit of processes",
        lambda one, _: "" if one.pids > 0 else "may start any number of processes",
        f"set `pids_limit:` {OVERRIDE}",
    ),
    Check(
        "memory-limit",
        "a limit of memory",
        lambda one, _: "" if one.memory > 0 else "may take all memory",
        f"set `mem_limit:` {OVERRIDE}",
    ),
    Check("health", "a health check", _health, f"set `healthcheck:` {OVERRIDE}"),
    Check("restart", "a restart policy", _restart, f"set `restart: unless-stopped` {OVERRIDE}"),
    Check(
        "log-rotation",
        "logs with a limit",
        _rotation,
        f"set `logging:` with `max-size` and `max-file` {OVERRIDE}",
    ),
    Check("init", "an init", _init, f"set `init: true` {OVERRIDE}", Verdict.WARN),
    Check(
        "secrets-hidden",
        "no secret in environment or command line",
        _secrets,
        "give it as a file (`NAME_FILE`), and replace it: whoever could inspect has seen it",
    ),
    Check(
        "pinned",
        "an image that cannot change",
        _pinned,
        "`thothctl setup` pins its own; name others with @sha256:… " + OVERRIDE,
    ),
    Check(
        "ports",
        "ports as the release's files say",
        _declared,
        "remove the container: `docker rm -f NAME`; open ports " + OVERRIDE,
    ),
    Check(
        "networks",
        "no way out for what publishes nothing",
        _networks,
        f"join networks with `internal: true` only {OVERRIDE}",
    ),
)


def containers(
    found: Sequence[InspectedContainer], expected: Expected, checks: Iterable[Check] = CHECKS
) -> tuple[Finding, ...]:
    """One finding a check, naming every container that fails it."""
    return tuple(_finding(check, found, expected) for check in checks)


def _finding(check: Check, found: Sequence[InspectedContainer], expected: Expected) -> Finding:
    faults = [(one.name, fault) for one in found if (fault := check.fault(one, expected))]
    if not faults:
        count = f"{len(found)} containers" if len(found) != 1 else "1 container"
        return Finding(check.name, Verdict.PASS, f"{check.demand}: {count}")
    summary = "; ".join(f"{name} {fault}" for name, fault in faults)
    return Finding(check.name, check.verdict, summary, check.fix)

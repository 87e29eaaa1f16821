"""The list of hardening, checked against inspect documents of a good and of a bad container."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from thothctl.adapters import inspection
from thothctl.model.finding import Verdict
from thothctl.model.inspected import InspectedContainer, Published
from thothctl.model.secret import Secret
from thothctl.probes import exposure, security
from thothctl.probes.security import CHECKS, Expected

PASSWORD = "correct-horse-battery"  # noqa: S105 - invented
NETWORKS = {
    "thoth_back": {"Internal": True, "Labels": {"com.docker.compose.network": "back"}},
    "thoth_egress": {"Internal": False, "Labels": {"com.docker.compose.network": "egress"}},
}
GOOD: dict[str, Any] = {
    "Name": "/thoth-redis-1",
    "Image": "sha256:0123456789ab",
    "Path": "/usr/bin/tini",
    "Args": ["--", "redis-server", "/run/secrets/redis.conf"],
    "LogPath": "/var/lib/docker/containers/1/1-json.log",
    "Config": {
        "Image": "thoth-redis:0.1.0-0123456789ab",
        "User": "10003:10003",
        "Labels": {"io.thoth.service": "redis"},
        "Env": ["REDIS_PASSWORD_FILE=/run/secrets/redis_password", "API_KEY=", "PATH=/bin"],
        "Healthcheck": {"Test": ["CMD", "healthcheck"]},
    },
    "HostConfig": {
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "CapAdd": None,
        "SecurityOpt": ["no-new-privileges:true"],
        "PidsLimit": 100,
        "Memory": 1024,
        "RestartPolicy": {"Name": "unless-stopped"},
        "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}},
        "PidMode": "",
        "IpcMode": "private",
        "NetworkMode": "thoth_back",
    },
    "Mounts": [
        {"Type": "volume", "Name": "thoth_redis_g1", "Source": "/var/lib/docker/volumes/x/_data"},
        {"Type": "bind", "Source": "/home/me/secrets/redis_password", "Destination": "/run/s"},
    ],
    "NetworkSettings": {"Networks": {"thoth_back": {}}, "Ports": {"6379/tcp": None}},
}
EXPECTED = Expected((Secret(PASSWORD), Secret("short")), {})


def read(document: dict[str, Any]) -> InspectedContainer:
    return inspection.container(document, NETWORKS)


def spoilt(path: str, value: object) -> InspectedContainer:
    document = copy.deepcopy(GOOD)
    *parents, last = path.split(".")
    place = document
    for parent in parents:
        place = place[parent]
    place[last] = value
    return read(document)


def test_a_hardened_container_passes_every_check() -> None:
    findings = security.containers([read(GOOD)], EXPECTED)

    assert {f.verdict for f in findings} == {Verdict.PASS}
    assert len(findings) == len(CHECKS)


@pytest.mark.parametrize(
    ("check", "path", "value"),
    [
        ("user", "Config.User", ""),
        ("user", "Config.User", "0:0"),
        ("user", "Config.User", "root"),
        ("read-only", "HostConfig.ReadonlyRootfs", False),
        ("cap-drop", "HostConfig.CapDrop", ["NET_RAW"]),
        ("cap-add", "HostConfig.CapAdd", ["CAP_SYS_ADMIN"]),
        ("no-new-privileges", "HostConfig.SecurityOpt", None),
        ("confinement", "HostConfig.SecurityOpt", ["seccomp=unconfined"]),
        ("privileged", "HostConfig.Privileged", True),
        ("namespaces", "HostConfig.PidMode", "host"),
        ("namespaces", "HostConfig.NetworkMode", "host"),
        ("namespaces", "HostConfig.UsernsMode", "host"),
        ("devices", "HostConfig.Devices", [{"PathOnHost": "/dev/sda"}]),
        ("devices", "HostConfig.DeviceCgroupRules", ["c *:* rwm"]),
        ("sockets", "Mounts", [{"Type": "bind", "Source": "/var/run/docker.sock"}]),
        ("host-folders", "Mounts", [{"Type": "bind", "Source": "/etc/"}]),
        ("host-folders", "Mounts", [{"Type": "bind", "Source": "/"}]),
        ("pids", "HostConfig.PidsLimit", None),
        ("pids", "HostConfig.PidsLimit", -1),
        ("memory-limit", "HostConfig.Memory", 0),
        ("health", "Config.Healthcheck", None),
        ("health", "Config.Healthcheck", {"Test": ["NONE"]}),
        ("restart", "HostConfig.RestartPolicy", {"Name": "no"}),
        ("log-rotation", "HostConfig.LogConfig", {"Type": "json-file", "Config": {}}),
        ("init", "Path", "redis-server"),
        ("secrets-hidden", "Config.Env", ["POSTGRES_PASSWORD=whatever"]),
        ("secrets-hidden", "Config.Env", ["SETTING=" + PASSWORD]),
        ("secrets-hidden", "Args", ["--requirepass", PASSWORD]),
        ("pinned", "Config.Image", "redis:latest"),
        ("pinned", "Config.Image", "redis"),
        ("pinned", "Config.Image", "registry.example:5000/redis"),
        ("ports", "NetworkSettings.Ports", {"6379/tcp": [{"HostIp": "", "HostPort": "6379"}]}),
        ("networks", "NetworkSettings.Networks", {"thoth_egress": {}}),
        ("networks", "NetworkSettings.Networks", {"bridge": {}}),
    ],
)
def test_one_bad_thing_is_one_finding_with_a_fix(check: str, path: str, value: object) -> None:
    findings = security.containers([read(GOOD), spoilt(path, value)], EXPECTED)

    bad = [f for f in findings if f.verdict is not Verdict.PASS]
    assert check in [f.probe for f in bad]
    assert {f.probe for f in bad} <= {check, "no-new-privileges"}
    assert all(f.hint and "thoth-redis-1" in f.summary for f in bad)


def test_every_check_of_the_list_is_seen_to_fail_here() -> None:
    [mark] = [
        m for m in test_one_bad_thing_is_one_finding_with_a_fix.pytestmark  # type: ignore[attr-defined]  # set by pytest
        if m.name == "parametrize"
    ]  # fmt: skip

    assert {case[0] for case in mark.args[1]} == {check.name for check in CHECKS}


def test_a_finding_never_shows_the_secret() -> None:
    bad = spoilt("Config.Env", ["DB=" + PASSWORD])

    assert PASSWORD not in repr(bad)
    assert PASSWORD not in str(security.containers([bad], EXPECTED))


@pytest.mark.parametrize(
    "image", ["thoth-ai:0.1.0-792bbd2c0a11", "qdrant/qdrant:v1@sha256:" + "a" * 64]
)
def test_built_and_digested_images_are_pinned(image: str) -> None:
    [finding] = [
        f for f in security.containers([spoilt("Config.Image", image)], EXPECTED)
        if f.probe == "pinned"
    ]  # fmt: skip

    assert finding.verdict is Verdict.PASS


def test_only_the_application_may_use_the_way_out() -> None:
    document = copy.deepcopy(GOOD)
    document["Config"]["Labels"] = {"io.thoth.service": "worker"}
    document["NetworkSettings"]["Networks"] = {"thoth_egress": {}, "thoth_back": {}}

    findings = security.containers([read(document)], EXPECTED)
    assert {f.verdict for f in findings} == {Verdict.PASS}


@pytest.mark.parametrize(
    ("written", "address", "number", "allowed"),
    [
        ({"target": 8080, "published": "80", "host_ip": "127.0.0.1"}, "127.0.0.1", 80, True),
        ({"target": 8080, "published": "80", "host_ip": "127.0.0.1"}, "0.0.0.0", 80, False),  # noqa: S104 - compared
        ({"target": 8080, "published": "80"}, "::", 80, True),
        ({"target": 8080, "published": "81"}, "::", 80, False),
        ({"target": 8080}, "0.0.0.0", 49153, True),  # noqa: S104 - compared
        ({"target": 8081, "published": "80"}, "0.0.0.0", 80, False),  # noqa: S104 - compared
    ],
)
def test_a_port_is_declared_by_the_releases_files(
    written: dict[str, object], address: str, number: int, *, allowed: bool
) -> None:
    import json  # noqa: PLC0415 - one use

    services = {"services": {"app": {"ports": [written]}}}
    declared = inspection.declared(json.dumps(services))["app"]

    assert declared.allows(Published(address, number, "8080/tcp")) is allowed


OPEN: list[tuple[str, Callable[[str], bool]]] = [
    ("127.0.0.1", lambda text: "this machine only" in text),
    ("::1", lambda text: "this machine only" in text),
    ("0.0.0.0", lambda text: "every network" in text),  # noqa: S104 - compared
    ("192.0.2.7", lambda text: "192.0.2.7's network" in text),
]


@pytest.mark.parametrize(("address", "says"), OPEN)
def test_it_is_said_what_is_reachable_from_where(address: str, says: Callable[[str], bool]) -> None:
    one = InspectedContainer(
        name="a", service="app", image="x", published=(Published(address, 443, "8443/tcp"),)
    )

    [finding] = exposure.findings([one])

    assert says(finding.summary)
    local = address in {"127.0.0.1", "::1"}
    assert finding.verdict is (Verdict.PASS if local else Verdict.WARN)
    assert local or "iptables -I DOCKER-USER -p tcp" in finding.hint

"""Reads the engine's inspect documents, and Compose's, into what the checks look at."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from thothctl.model.inspected import Declared, InspectedContainer, Joined, Mounted, Published
from thothctl.model.install import LABEL_SERVICE
from thothctl.model.secret import Secret

NETWORK_KEY = "com.docker.compose.network"
SPACES = {"pid": "PidMode", "ipc": "IpcMode", "uts": "UTSMode", "user": "UsernsMode",
          "network": "NetworkMode"}  # fmt: skip

Document = Mapping[str, Any]


def container(found: Document, networks: Mapping[str, Document]) -> InspectedContainer:
    """One container; `networks` are the inspect documents of those it is in, by name."""
    config, host = found["Config"], found["HostConfig"]
    words = [str(found.get("Path") or ""), *(str(word) for word in found.get("Args") or ())]
    log = host.get("LogConfig") or {}
    return InspectedContainer(
        name=str(found["Name"]).lstrip("/"),
        service=str((config.get("Labels") or {}).get(LABEL_SERVICE, "")),
        image=str(config.get("Image", "")),
        image_id=str(found.get("Image", "")),
        user=str(config.get("User") or ""),
        program=words[0].rpartition("/")[2],
        command_line=Secret(" ".join(words)),
        environment=dict(_environment(config)),
        read_only=bool(host.get("ReadonlyRootfs")),
        privileged=bool(host.get("Privileged")),
        init=bool(host.get("Init")),
        dropped=_capabilities(host.get("CapDrop")),
        added=_capabilities(host.get("CapAdd")),
        options=tuple(str(option) for option in host.get("SecurityOpt") or ()),
        pids=int(host.get("PidsLimit") or 0),
        memory=int(host.get("Memory") or 0),
        health=tuple((config.get("Healthcheck") or {}).get("Test") or ()),
        restart=str((host.get("RestartPolicy") or {}).get("Name", "")),
        log_driver=str(log.get("Type", "")),
        log_options={str(k): str(v) for k, v in (log.get("Config") or {}).items()},
        log_path=str(found.get("LogPath") or ""),
        namespaces={space: str(host.get(key) or "") for space, key in SPACES.items()},
        devices=tuple(_devices(host)),
        mounts=tuple(_mount(one) for one in found.get("Mounts") or ()),
        memory_folders=tuple(map(str, host.get("Tmpfs") or ())),
        published=tuple(_published(host, found.get("NetworkSettings") or {})),
        networks=tuple(_networks(found, networks)),
    )


def written(one: InspectedContainer, differing: Iterable[str]) -> tuple[str, ...]:
    """The paths that are neither mounts, nor on the way to one, nor the folder of another."""
    places = [mount.target.rstrip("/") for mount in one.mounts] + [*one.memory_folders]
    own = sorted(
        path
        for path in differing
        if not any(_within(path, place) or _within(place, path) for place in places)
    )
    return tuple(p for p in own if not any(_within(other, p) for other in own if other != p))


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _environment(config: Document) -> Iterator[tuple[str, Secret]]:
    for line in config.get("Env") or ():
        name, _, value = str(line).partition("=")
        yield name, Secret(value)


def _capabilities(names: list[str] | None) -> frozenset[str]:
    return frozenset(name.upper().removeprefix("CAP_") for name in names or ())


def _devices(host: Document) -> Iterator[str]:
    for device in host.get("Devices") or ():
        yield str(device.get("PathOnHost", "a device"))
    yield from (str(rule) for rule in host.get("DeviceCgroupRules") or ())
    for request in host.get("DeviceRequests") or ():
        yield str(request.get("Driver") or "a device request")


def _mount(found: Document) -> Mounted:
    source = found.get("Source") or found.get("Name") or ""
    return Mounted(str(found.get("Type", "")), str(source), str(found.get("Destination", "")))


def _published(host: Document, network: Document) -> Iterator[Published]:
    """What the engine bound; for a stopped container, what it will."""
    bindings = network.get("Ports") or host.get("PortBindings") or {}
    for inner, ones in bindings.items():
        for one in ones or ():
            port = str(one.get("HostPort") or "0")
            yield Published(str(one.get("HostIp") or ""), int(port), str(inner))


def _networks(found: Document, networks: Mapping[str, Document]) -> Iterator[Joined]:
    for name in (found.get("NetworkSettings") or {}).get("Networks") or {}:
        network = networks.get(name, {})
        key = (network.get("Labels") or {}).get(NETWORK_KEY, name)
        yield Joined(str(name), str(key), bool(network.get("Internal")))


def declared(text: str) -> dict[str, Declared]:
    """The services of `docker compose config --format json`."""
    services = json.loads(text).get("services") or {}
    return {
        str(name): Declared(tuple(_declared(port) for port in service.get("ports") or ()))
        for name, service in services.items()
    }


def _declared(port: Document) -> Published:
    first = str(port.get("published") or "0").partition("-")[0]
    inner = f"{port['target']}/{port.get('protocol', 'tcp')}"
    return Published(str(port.get("host_ip") or ""), int(first), inner)

"""What the engine tells of a stack: its containers, what they listen on, who reaches them."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

from e2e.machine import LABEL, Machine, docker
from e2e.own_images import Box

LISTENS = "0A"
REACH = """
import socket, sys
from concurrent.futures import ThreadPoolExecutor

def opens(line):
    host, port = line.split()
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError:
        return False
    return True

doors = sys.stdin.read().splitlines()
with ThreadPoolExecutor(len(doors)) as pool:
    for door, is_open in zip(doors, pool.map(opens, doors)):
        if is_open:
            print(door)
"""


def containers(machine: Machine) -> dict[str, Any]:
    """What the engine knows of each service's container."""
    found = docker("ps", "-aq", "--filter", f"label={LABEL}={machine.label}").split()
    inspected = json.loads(docker("inspect", *found))
    return {one["Config"]["Labels"]["io.thoth.service"]: one for one in inspected}


def listening(container: str) -> set[int]:
    """The TCP ports that a container's processes have open to others than themselves."""
    read = ["docker", "exec", container, "cat", "/proc/net/tcp", "/proc/net/tcp6"]
    done = subprocess.run(read, capture_output=True, text=True, check=False)
    ports = set()
    for line in done.stdout.splitlines():
        fields = line.split()
        if len(fields) > 3 and fields[3] == LISTENS:
            address, _, port = fields[1].partition(":")
            if not _is_loopback(address):
                ports.add(int(port, 16))
    return ports


def _is_loopback(address: str) -> bool:
    """The kernel writes addresses as words of the machine's byte order."""
    return address.endswith("7F") or address == "0" * 24 + "01000000"


def addresses(container: Mapping[str, Any]) -> dict[str, str]:
    """The container's address in each network, by the network's name in the Compose file."""
    networks = container["NetworkSettings"]["Networks"]
    return {name.rpartition("_")[2]: one["IPAddress"] for name, one in networks.items()}


def reached(neighbour: Box, doors: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
    """The doors that a container gets a connection through."""
    asked = "".join(f"{host} {port}\n" for host, port in doors)
    found = neighbour.exec("python3", "-c", REACH, feed=asked)
    return {(host, int(port)) for host, port in (line.split() for line in found.splitlines())}

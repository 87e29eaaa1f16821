"""Addresses, ports and routes of this machine, as far as this user may see."""

import ipaddress
import socket
from pathlib import Path

from thothctl.model.observed import Route

ROUTES, LOWEST = Path("/proc/net/route"), Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
USUAL_LOWEST = 1024


def can_bind(address: str, port: int) -> bool:
    """Nobody listens there, and the address is one of ours; port 0 asks for the address alone."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:  # IPv4 is asked for by itself
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind((address, port))
    except PermissionError:
        return True  # the engine, not this user, will bind it
    except OSError:
        return False
    return True


def unprivileged_port(file: Path = LOWEST) -> int:
    """What the kernel says, or what is usual where it says nothing."""
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return USUAL_LOWEST


def routes(file: Path = ROUTES) -> tuple[Route, ...]:
    """The kernel writes addresses as little-endian numbers; the default route is left out."""
    try:
        lines = file.read_text().splitlines()[1:]
    except OSError:
        return ()
    found = (line.split() for line in lines)
    return tuple(
        Route(fields[0], str(ipaddress.IPv4Network((_address(fields[1]), _address(fields[7])))))
        for fields in found
        if fields[7] != "00000000"
    )


def _address(word: str) -> str:
    return str(ipaddress.IPv4Address(int.from_bytes(bytes.fromhex(word), "little")))


def owner(port: int) -> str:
    """Name and pid of the listening process; empty where it cannot be seen."""
    inodes = _listening_inodes(port)
    for process in Path("/proc").glob("[0-9]*") if inodes else ():
        if _holds(process, inodes):
            return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
    return ""


def _listening_inodes(port: int) -> frozenset[str]:
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            local, state, inode = fields[1], fields[3], fields[9]
            if state == "0A" and int(local.rsplit(":", 1)[1], 16) == port:
                found.add(f"socket:[{inode}]")
    return frozenset(found)


def _holds(process: Path, inodes: frozenset[str]) -> bool:
    try:
        return any(str(link.readlink()) in inodes for link in (process / "fd").iterdir())
    except OSError:  # not ours to look at, or gone
        return False

"""Probes the range of addresses that a stack's networks are to have."""

import ipaddress

from thothctl.model.finding import Finding, Verdict
from thothctl.world import World

PROBE = "subnet"
HINT = "give network.subnet another private range, such as 10.77.0.0/24; empty lets Docker choose"


def free(world: World, subnet: ipaddress.IPv4Network, install: str) -> Finding:
    """Neither a network of the engine nor a route of this machine lies in the range."""
    theirs = [n for n in world.engine.networks() if n.install != install]
    ours = {s for n in world.engine.networks() if n.install == install for s in n.subnets}
    for network in theirs:
        for taken in network.subnets:
            if _overlap(subnet, taken):
                summary = f"{subnet} overlaps with the network {network.name} ({taken})"
                return Finding(PROBE, Verdict.FAIL, summary, HINT)
    for route in world.host.routes():
        if route.destination not in ours and _overlap(subnet, route.destination):
            summary = f"{subnet} overlaps with the route of {route.interface} ({route.destination})"
            return Finding(PROBE, Verdict.FAIL, summary, HINT)
    return Finding(PROBE, Verdict.PASS, f"nobody else uses {subnet}")


def _overlap(subnet: ipaddress.IPv4Network, taken: str) -> bool:
    other = ipaddress.ip_network(taken, strict=False)
    return other.version == subnet.version and subnet.overlaps(other)

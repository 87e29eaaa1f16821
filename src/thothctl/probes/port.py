"""Probes a port of this machine: free, ours, or whose."""

from thothctl.model.finding import Finding, Verdict
from thothctl.world import World

PRIVILEGED = 1024
NEAR = 50


def free(world: World, address: str, number: int, install: str) -> Finding:
    """The port can be published; our own containers may hold it already."""
    publishers = world.engine.publishers(number)
    foreign = sorted(name for name, label in publishers.items() if label != install)
    if publishers and not foreign:
        return Finding("port", Verdict.PASS, f"port {number} is published by this install")
    if not foreign and world.host.port_is_free(address, number):
        return _rootless(world, number)
    owner = f"the container {foreign[0]}" if foreign else world.host.port_owner(number)
    other = next_free(world, address, number)
    return Finding(
        "port",
        Verdict.FAIL,
        f"port {number} is taken by {owner or 'another program'}",
        f"the next free one: --port {other}" if other else "choose another with --port",
    )


def _rootless(world: World, number: int) -> Finding:
    if number < PRIVILEGED and world.engine.facts().rootless:
        hint = "choose 1024 or higher, or set net.ipv4.ip_unprivileged_port_start"
        return Finding("port", Verdict.FAIL, f"rootless Docker cannot publish port {number}", hint)
    return Finding("port", Verdict.PASS, f"port {number} is free")


def next_free(world: World, address: str, number: int) -> int | None:
    """The nearest higher port nobody listens on; None when there is none close by."""
    for candidate in range(number + 1, min(number + NEAR, 65536)):
        if world.host.port_is_free(address, candidate) and not world.engine.publishers(candidate):
            return candidate
    return None

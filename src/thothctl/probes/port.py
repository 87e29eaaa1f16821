"""Probes a port of this machine: free, ours, or whose."""

from dataclasses import dataclass, replace

from thothctl.model.finding import Finding, Verdict
from thothctl.world import World

NEAR = 50


@dataclass(frozen=True, slots=True)
class Door:
    """A port to be published; `flag` chooses it, and `offset` is added to what that says."""

    number: int
    addresses: tuple[str, ...]
    flag: str = "--port"
    offset: int = 0


def free(world: World, door: Door, install: str) -> Finding:
    """The port can be published; our own containers may hold it already."""
    number = door.number
    publishers = world.engine.publishers(number)
    foreign = sorted(name for name, label in publishers.items() if label != install)
    if publishers and not foreign:
        return Finding("port", Verdict.PASS, f"port {number} is published by this install")
    own = [one for one in door.addresses if world.host.has_address(one)]
    if not own:
        hint = "give --bind an address that `ip address` shows, or 127.0.0.1"
        summary = f"this machine has no address {door.addresses[0]}"
        return Finding("port", Verdict.FAIL, summary, hint)
    if not foreign and all(world.host.port_is_free(one, number) for one in own):
        return _rootless(world, number)
    owner = f"the container {foreign[0]}" if foreign else world.host.port_owner(number)
    other = next_free(world, replace(door, addresses=tuple(own)))
    summary = f"port {number} is taken by {owner or 'another program'}"
    near = f"the next free one: {door.flag} {other - door.offset}" if other else ""
    return Finding("port", Verdict.FAIL, summary, near or f"choose another with {door.flag}")


def _rootless(world: World, number: int) -> Finding:
    lowest = world.host.unprivileged_port()
    if number < lowest and world.engine.facts().rootless:
        hint = (
            f"choose {lowest} or higher, or let everybody open it: "
            f"`sudo sysctl net.ipv4.ip_unprivileged_port_start={number}`"
        )
        return Finding("port", Verdict.FAIL, f"rootless Docker cannot publish port {number}", hint)
    return Finding("port", Verdict.PASS, f"port {number} is free")


def next_free(world: World, door: Door) -> int | None:
    """The nearest higher port nobody listens on; None when there is none close by."""
    for candidate in range(door.number + 1, min(door.number + NEAR, 65536)):
        unheard = all(world.host.port_is_free(one, candidate) for one in door.addresses)
        if unheard and not world.engine.publishers(candidate):
            return candidate
    return None

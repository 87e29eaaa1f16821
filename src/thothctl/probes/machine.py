"""Probes of CPU, memory and disk against what the stack needs."""

from pathlib import Path

from thothctl.errors import ExitCode
from thothctl.model.finding import Finding, Verdict
from thothctl.model.stack import Minimum
from thothctl.world import World

MIB = 1024 * 1024
GIB = 1024 * MIB
ENOUGH = 0.9
"""A machine sold with 1 GiB reports a little less."""


def cpus(world: World, minimum: Minimum) -> Finding:
    """The engine has the processors that the stack needs."""
    have = world.engine.facts().cpus
    summary = f"{have} processors, {minimum.cpus} needed"
    if have >= minimum.cpus:
        return Finding("cpu", Verdict.PASS, summary)
    return Finding("cpu", Verdict.WARN, summary, "expect slow answers, or use a larger machine")


def memory(world: World, minimum: Minimum) -> Finding:
    """The engine has the memory that the stack needs; on Docker Desktop that is the VM's."""
    have = world.engine.facts().memory
    summary = f"{have / GIB:.1f} GiB of memory, {minimum.memory_mb / 1024:.1f} GiB needed"
    if have >= minimum.memory_mb * MIB * ENOUGH:
        return Finding("memory", Verdict.PASS, summary)
    hint = "give Docker more memory, or use a larger machine"
    return Finding("memory", Verdict.FAIL, summary, hint, ExitCode.NO_SPACE)


def disk(world: World, minimum: Minimum) -> Finding:
    """Free space where state is kept and where the engine keeps images and volumes."""
    places = (world.home, Path(world.engine.facts().root))
    free = [
        (space, place) for place in places if (space := world.host.free_bytes(place)) is not None
    ]
    if not free:
        return Finding("disk", Verdict.PASS, "the engine's disk is not visible from here")
    space, place = min(free)
    summary = f"{space / GIB:.1f} GiB free at {place}, {minimum.disk_mb / 1024:.1f} GiB needed"
    if space >= minimum.disk_mb * MIB:
        return Finding("disk", Verdict.PASS, summary)
    hint = f"free some space at {place}, or set THOTHCTL_HOME to another disk"
    return Finding("disk", Verdict.FAIL, summary, hint, ExitCode.NO_SPACE)

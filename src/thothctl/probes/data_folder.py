"""Probes a folder of this machine that is to hold data in place of Docker's volumes."""

from pathlib import Path, PurePosixPath

from thothctl.errors import ExitCode
from thothctl.model.finding import Finding, Verdict
from thothctl.model.stack import Minimum
from thothctl.world import World

PROBE = "data-dir"
MIB = 1024 * 1024
GIB = 1024 * MIB
SYSTEM = frozenset("bin boot dev etc lib lib32 lib64 proc root run sbin sys tmp usr".split())
UNSPEAKABLE = frozenset(':,$"')
INSTEAD = "leave --data-dir out: Docker's volumes work everywhere"


def usable(world: World, path: str, minimum: Minimum) -> Finding:
    """The engine runs on this very machine with all rights, and the folder is a place for data."""
    if why := _elsewhere(world) or _unfit(world, path):
        return Finding(PROBE, Verdict.FAIL, why, INSTEAD)
    free = world.host.free_bytes(Path(path))
    if free is None:
        return Finding(PROBE, Verdict.PASS, f"data goes to {path}, which this account cannot see")
    summary = f"{free / GIB:.1f} GiB free at {path}"
    if free < minimum.disk_mb * MIB:
        hint = "free some space there, or choose another folder"
        return Finding(PROBE, Verdict.FAIL, summary, hint, ExitCode.NO_SPACE)
    return Finding(PROBE, Verdict.PASS, f"data goes to {path}; {summary}")


def _elsewhere(world: World) -> str:
    facts = world.engine.facts()
    if facts.rootless:
        return "rootless Docker cannot give folders of this machine to the services' users"
    if "Docker Desktop" in facts.os:
        return "Docker Desktop runs in a virtual machine: a folder of this one loses its owners"
    if facts.root.startswith("/var/snap/"):
        return "Docker from snap sees your home folder only"
    if world.host.socket_path() is None:
        return "the engine runs on another machine: its folders are not ours to name"
    return ""


def _unfit(world: World, path: str) -> str:
    place = PurePosixPath(path)
    if not place.is_absolute() or ".." in place.parts or place == PurePosixPath("/"):
        return f"data_dir: {path} is not the whole path of a folder"
    if set(path) & UNSPEAKABLE:
        return f"data_dir: {path} has a character that engines read as something else"
    engine = PurePosixPath(world.engine.facts().root)
    if place.parts[1] in SYSTEM or engine in (place, *place.parents[:-1]):
        return f"data_dir: {path} belongs to the system"
    home = PurePosixPath(str(world.home))
    if place == home or home in place.parents:
        return f"data_dir: {path} lies among the records of thothctl"
    return ""

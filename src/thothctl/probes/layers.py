"""Whether somebody, or something, wrote into a container itself, where nothing is kept."""

from collections.abc import Mapping

from thothctl.model.finding import Finding, Verdict
from thothctl.model.install import Install
from thothctl.world import World

PROBE = "container-files"
PASSING = ("/tmp", "/var/tmp", "/run", "/var/run", "/dev", "/root", "/var/cache", "/var/log")  # noqa: S108 - inside
"""Below these, programs leave what nobody misses."""
SHOWN = 4


def unchanged(world: World, install: Install) -> Finding:
    """What was written there is gone with the next upgrade, and no backup has it."""
    found = {
        name: kept
        for name, paths in world.engine.written(install.uuid).items()
        if (kept := [path for path in paths if not _passing(path)])
    }
    if not found:
        return Finding(PROBE, Verdict.PASS, "every container has the files of its image")
    hint = (
        "no backup has them, and they are gone when the container is made anew: mount what is "
        "needed by compose.override.yaml, then `thothctl setup --yes`; `docker diff NAME` shows all"
    )
    return Finding(PROBE, Verdict.WARN, f"written into containers: {_said(found)}", hint)


def _passing(path: str) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in PASSING)


def _said(found: Mapping[str, list[str]]) -> str:
    every = [f"{name}:{path}" for name, paths in sorted(found.items()) for path in paths]
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more

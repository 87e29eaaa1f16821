"""Reaching the workspaces of an installed stack."""

from thothctl.model.answer import Access
from thothctl.operations.running import active
from thothctl.world import World

SECONDS = 60.0


def access(world: World, install: str, *, seconds: float | None = None) -> Access:
    """Where the server answers, with the token; raises NotInstalledError where there is none."""
    current = active(world, install)
    token = world.installs.secret(install, "api_token")
    return Access(current.url, token, seconds or SECONDS)

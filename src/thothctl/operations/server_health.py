"""What the server says of itself, asked where it can be asked."""

from thothctl.errors import NetworkError
from thothctl.model.address import base_url, has_edge
from thothctl.model.answer import ServiceHealth
from thothctl.model.install import Install, Release
from thothctl.world import World

SERVER = "app"


def server_health(world: World, install: Install, release: Release) -> tuple[ServiceHealth, ...]:
    """Every check of the server, and behind an edge one of the way through it.

    Raises NetworkError when nobody answers.
    """
    base = base_url(release.settings)
    if not has_edge(release.settings):
        return world.server.health(base)
    containers = world.engine.observe(install.uuid).containers
    server = next((c for c in containers if c.service == SERVER), None)
    if server is None:
        raise NetworkError("the server has no container", hint="run `thothctl start`")
    return (*world.server.health_inside(server.id), _edge(world, base))


def _edge(world: World, base: str) -> ServiceHealth:
    if world.server.lives(base):
        return ServiceHealth("edge", ok=True, status="ok", detail=f"{base} leads to the server.")
    detail = f"{base} does not lead to the server."
    return ServiceHealth("edge", ok=False, status="failing", detail=detail)

"""What the server says of itself, asked where it can be asked."""

from thothctl.errors import NetworkError
from thothctl.model.address import base_url, has_edge, local_urls
from thothctl.model.answer import ServiceHealth
from thothctl.model.install import Install, Release
from thothctl.world import World

SERVER, IPV6 = "app", "::1"


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
    doors = (_edge(world, url) for url in local_urls(release.settings) if _is_there(world, url))
    return (*world.server.health_inside(server.id), *doors)


def _is_there(world: World, url: str) -> bool:
    """A machine may have no IPv6: then nobody comes that way."""
    return IPV6 not in url or world.host.has_address(IPV6)


def _edge(world: World, base: str) -> ServiceHealth:
    name = "edge-ipv6" if IPV6 in base else "edge"
    if world.server.lives(base):
        return ServiceHealth(name, ok=True, status="ok", detail=f"{base} leads to the server.")
    detail = f"{base} does not lead to the server."
    return ServiceHealth(name, ok=False, status="failing", detail=detail)

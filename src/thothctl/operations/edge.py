"""nginx of a running stack: it takes new files without a failed request."""

from thothctl.errors import EngineRefusedError
from thothctl.model.install import Install
from thothctl.model.observed import Condition
from thothctl.world import World

EDGE = "nginx"


def reload_edge(world: World, install: Install) -> None:
    """Nginx goes on with what it had until it has read the new; raises EngineRefusedError."""
    running = [
        container
        for container in world.engine.observe(install.uuid).containers
        if container.service == EDGE and container.condition is not Condition.STOPPED
    ]
    for edge in running:
        status, said = world.programs.captured(edge.id, ("nginx", "-s", "reload"))
        if status != 0:
            raise EngineRefusedError(
                f"nginx did not take the new certificate: {said.strip()[-300:]}",
                hint="see `thothctl logs nginx`, then `thothctl restart nginx`",
            )

"""The user's own configuration files: tried by the program that will read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from thothctl.config.mounts import plain_names
from thothctl.errors import InvalidInputError
from thothctl.model.own_files import PLACES, own_files, place_of
from thothctl.operations.plan import step
from thothctl.operations.steps import install_of
from thothctl.world import Trial, World

INSIDE = {"nginx": "/etc/nginx/conf.d", "postgres-conf": "/etc/postgresql/conf.d"}
DEPTH = 2
CHECKS: Mapping[str, tuple[str, ...]] = {
    "nginx": ("nginx", "-t", "-q"),
    "postgres": (
        "postgres", "-D", "/tmp", "-c", "config_file=/etc/postgresql/postgresql.conf",  # noqa: S108 - inside
        "-C", "max_connections",
    ),
}  # fmt: skip


@step
@dataclass(frozen=True)
class TryOwnFiles:
    """Have each program read its files before anything is restarted."""

    name: str
    number: int
    why: str
    title: ClassVar[str] = "Own files"

    def apply(self, world: World) -> None:
        files = own_files(plain_names(world.installs.rendered(self.name, self.number)))
        places = {place for file in files if (place := place_of(file))}
        for service in sorted({place.service for place in places}):
            self._try(world, service)

    def undo(self, world: World) -> None:
        """Looking leaves nothing behind."""

    def _try(self, world: World, service: str) -> None:
        install = install_of(world, self.name)
        stack = world.bundles.stack(install.stack)
        release = world.installs.release(self.name, self.number)
        image = next(s.image for s in stack.services if s.name == service)
        mounts = self._mounts(world, service)
        trial = Trial(release.images[image], install.uuid, CHECKS[service], mounts)
        status, said = world.programs.tried(trial)
        if status != 0:
            raise InvalidInputError(
                f"{service} does not take your files: {said.strip()[-500:]}",
                hint=f"mend them below {world.installs.folder(self.name)}/config/{service}; "
                "nothing was restarted",
            )

    def _mounts(self, world: World, service: str) -> Mapping[Path, str]:
        """What the service's container will see, by the folder of the host."""
        folder = world.installs.folder(self.name)
        rendered = world.installs.rendered(self.name, self.number)
        found = {place.into.partition("/")[0] for place in PLACES if place.service == service}
        mounts = {
            folder / name.rpartition("/")[0]: INSIDE[first]
            for name in rendered
            for first in found
            if name.startswith(f"mounts/{first}-") and name.count("/") == DEPTH
        }
        return {**mounts, folder / "tls" / "served": "/etc/nginx/tls"}


def additions_changed(world: World, name: str, number: int | None) -> bool:
    """What the user adds to our files is another than that release was made with."""
    if number is None:
        return False
    released = own_files(plain_names(world.installs.rendered(name, number)))
    if dict(world.installs.own_files(name)) != released:
        return True
    now = world.installs.override(name) or "services: {}\n"
    return now != world.installs.released_override(name, number)

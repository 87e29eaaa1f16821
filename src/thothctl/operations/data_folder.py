"""Data in a folder of this machine: root of an image makes and removes it, never thothctl itself.

The folder of an install holds a mark with the install's label; a folder with another mark, or none,
is left alone. Each service's own user owns its part: Docker gives an empty volume the owner that
the image has there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from thothctl.errors import EngineRefusedError, InvalidInputError
from thothctl.model.install import Install
from thothctl.model.setting import SettingValue
from thothctl.operations.plan import step
from thothctl.operations.steps import install_of
from thothctl.world import Chore, World

FOREIGN, NOT_EMPTY = 3, 4
MAKE = """
own=/host/$1 label=$2; shift 2
mkdir -p "$own"
if [ -e "$own/.install" ]; then [ "$(cat "$own/.install")" = "$label" ] || exit 3
elif [ -n "$(ls -A "$own")" ]; then exit 3
else printf %s "$label" > "$own/.install"; fi
for part; do
  if [ -n "$(ls -A "$own/$part" 2>/dev/null)" ]; then echo "$part"; exit 4; fi
done
for part; do mkdir -p "$own/$part"; done
"""
REMOVE = """
own=/host/$1 label=$2; shift 2
[ "$(cat "$own/.install" 2>/dev/null)" = "$label" ] || exit 0
for part; do rm -rf "${own:?}/$part"; done
[ "$(ls -A "$own")" != .install ] || rm -rf "$own"
"""
REMOVE_ALL = """
own=/host/$1
[ "$(cat "$own/.install" 2>/dev/null)" = "$2" ] || exit 0
rm -rf "$own"
"""


@step
@dataclass(frozen=True)
class PrepareFolders:
    """Make the folders of stores that are new; owns taking them away again."""

    name: str
    stack: str
    settings: Mapping[str, SettingValue]
    parts: tuple[str, ...]
    why: str
    images: Mapping[str, str] = field(default_factory=dict)
    """Those of the release; thothctl's own where it does not say."""
    title: ClassVar[str] = "Folders"
    harmless: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        status, said = self._run(world, MAKE)
        place = f"{self.settings['data_dir']}/{install_of(world, self.name).project}"
        if status in {FOREIGN, NOT_EMPTY}:
            what = f"{place}/{said.strip()}" if status == NOT_EMPTY else place
            raise InvalidInputError(
                f"{what} holds something that is not of this install",
                hint="choose another --data-dir, or look at it and move it away",
            )
        if status != 0:
            raise EngineRefusedError(
                f"could not make {place}: {said.strip()[-300:]}",
                hint="look at that file system: it must be local, writable, and not full",
            )

    def undo(self, world: World) -> None:
        self._run(world, REMOVE)

    def _run(self, world: World, script: str) -> tuple[int, str]:
        install = install_of(world, self.name)
        images = world.bundles.stack(self.stack).images_for(self.settings)
        known = (self.images.get(one.name) or world.images.present(one) for one in images)
        image = next(found for found in known if found)
        words = (install.project, install.uuid, *self.parts)
        root = str(self.settings["data_dir"])
        return world.programs.carried_out(Chore(image, install.uuid, root, script, words))


@step
@dataclass(frozen=True)
class RemoveFolders:
    """Remove the install's folder below each place that held its data."""

    project: str
    uuid: str
    images: tuple[str, ...]
    places: tuple[str, ...]
    why: str
    title: ClassVar[str] = "Folders"
    final: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        image = next((i for i in self.images if world.engine.image(i) is not None), "")
        for place in self.places:
            words = (self.project, self.uuid)
            chore = Chore(image, self.uuid, place, REMOVE_ALL, words)
            status, said = world.programs.carried_out(chore) if image else (1, "its image is gone")
            if status != 0:
                raise EngineRefusedError(
                    f"could not remove {place}/{self.project}: {said.strip()[-300:]}",
                    hint="run `thothctl images build`, then this again; or remove it as root",
                )

    def undo(self, world: World) -> None:
        """Removed data cannot be brought back; such a plan only goes forward."""


def data_places(world: World, install: Install) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every folder that a release kept data in, and the images that could empty it."""
    releases = world.installs.releases(install.name)
    places = (str(release.settings.get("data_dir", "")) for release in releases)
    images = (image for release in reversed(releases) for image in release.images.values())
    return tuple(dict.fromkeys(p for p in places if p)), tuple(dict.fromkeys(images))


def refuse_moved(before: Mapping[str, SettingValue], after: Mapping[str, SettingValue]) -> None:
    """Raise for data that would stay behind: volumes are where they were made."""
    old, new = str(before.get("data_dir", "")), str(after.get("data_dir", ""))
    if old != new:
        raise InvalidInputError(
            f"the data lies in {old or 'volumes of Docker'} and does not move to "
            f"{new or 'volumes of Docker'}",
            hint="set up another install there (--install NAME), then bring a backup into it",
        )

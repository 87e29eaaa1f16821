"""Whether images and copies of data fit where they will lie, and what is advised otherwise."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from thothctl.errors import NoSpaceError
from thothctl.model.observed import OfferedImage
from thothctl.operations.offers import Target
from thothctl.world import World

RESERVE = 512 * 1024 * 1024
MIB, GIB = 1024**2, 1024**3
UNPACKED = 3
"""Layers are compressed on the way: an image takes about so many times what its pull transfers."""


@dataclass(frozen=True, slots=True)
class Room:
    """A file system, and the bytes that are left on it where it tells."""

    place: str
    free: int | None


@dataclass(frozen=True, slots=True)
class Copy:
    """One database or volume that is copied; `room` is where the copy will lie."""

    name: str
    source: int
    number: int
    bytes: int
    room: Room


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What a command advises where the copy that it wants does not fit, or cannot be made."""

    full: str = ""
    outside: str = "back that database up and migrate it yourself"


NOTHING = Otherwise()


@dataclass(frozen=True, slots=True)
class Pulled:
    """What images that are still to be pulled take, and what is left where they will lie."""

    bytes: int = 0
    free: int | None = None

    def beside(self, room: Room) -> int:
        """What they take of that room: file systems with as much left are taken for the same."""
        if self.free is None or room.free is None or abs(self.free - room.free) > RESERVE:
            return 0
        return self.bytes


def refuse_full(
    copies: Sequence[Copy], otherwise: Otherwise = NOTHING, pulled: Pulled | None = None
) -> None:
    """Raise NoSpaceError with figures where copies do not fit beside each other and images."""
    for room in {one.room.place: one.room for one in copies}.values():
        there = [one for one in copies if one.room.place == room.place]
        needed, images = sum(one.bytes for one in there), pulled.beside(room) if pulled else 0
        if room.free is not None and room.free < needed + images + RESERVE:
            first = f"images take about {images / MIB:,.0f} MiB there, " if images else ""
            raise NoSpaceError(
                f"the copy of {' and '.join(dict.fromkeys(one.name for one in there))} takes "
                f"{needed / MIB:,.0f} MiB, {first}and {RESERVE / MIB:,.0f} MiB stay free; "
                f"{room.free / MIB:,.0f} MiB are free where it would lie",
                hint="free some space: `thothctl upgrade finalize` removes old copies"
                f"{otherwise.full}",
            )


def refuse_small_disk(world: World, targets: Sequence[Target]) -> Pulled:
    """What the images take that are missing here; raises NoSpaceError where they do not fit."""
    every = [image for target in targets for image in target.images.values()]
    needed = unpacked([one for one in every if not _is_here(world, one)])
    root = world.engine.facts().root
    free = world.host.free_bytes(Path(root))
    if needed and free is not None and free < needed + RESERVE:
        called = " and ".join(str(one.published.version) for one in targets)
        raise NoSpaceError(
            f"the images of {called} need about {needed / GIB:.1f} GiB below "
            f"{root}, where {free / GIB:.1f} GiB are free and {RESERVE / GIB:.1f} GiB stay free",
            hint="free some space there: `thothctl images prune` removes what no release needs",
        )
    return Pulled(needed, free)


def unpacked(images: Iterable[OfferedImage]) -> int:
    """Bytes of disk that images take at most; what several have in common is pulled once."""
    parts: dict[str, int] = {}
    for one in images:
        parts |= one.layers or {one.reference: one.size}
    return sum(parts.values()) * UNPACKED


def _is_here(world: World, image: OfferedImage) -> bool:
    return not image.reference or world.engine.image(image.reference) is not None

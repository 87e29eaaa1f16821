"""Whether copies of data fit where they will lie, and what is advised where they do not."""

from collections.abc import Sequence
from dataclasses import dataclass

from thothctl.errors import NoSpaceError

RESERVE = 512 * 1024 * 1024
MIB = 1024**2


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


def refuse_full(copies: Sequence[Copy], otherwise: Otherwise = NOTHING) -> None:
    """Raise NoSpaceError with figures where copies do not fit beside each other."""
    for room in {one.room.place: one.room for one in copies}.values():
        there = [one for one in copies if one.room.place == room.place]
        needed = sum(one.bytes for one in there)
        if room.free is not None and room.free < needed + RESERVE:
            raise NoSpaceError(
                f"the copy of {' and '.join(one.name for one in there)} takes "
                f"{needed / MIB:,.0f} MiB, and {RESERVE / MIB:,.0f} MiB stay free; "
                f"{room.free / MIB:,.0f} MiB are free where it would lie",
                hint="free some space: `thothctl upgrade finalize` removes old copies"
                f"{otherwise.full}",
            )

"""What may be missing or wrong in a repository, and how it came to be."""

import os
from collections.abc import Callable
from pathlib import Path


def flip(place: Path, _: str) -> None:
    pack = largest_pack(place)
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.write_bytes(content)


def cut(place: Path, _: str) -> None:
    pack = largest_pack(place)
    os.truncate(pack, pack.stat().st_size // 2)


def take(place: Path, _: str) -> None:
    largest_pack(place).unlink()


def forget(place: Path, snapshot: str) -> None:
    next(place.glob(f"*.repository/snapshots/{snapshot}*")).unlink()


def largest_pack(place: Path) -> Path:
    """One that holds data, and may be written."""
    pack = max(place.glob("*.repository/data/*/*"), key=lambda path: path.stat().st_size)
    pack.chmod(0o600)
    return pack


DAMAGES: dict[str, Callable[[Path, str], None]] = {
    "a bit": flip,
    "half a pack": cut,
    "a pack": take,
    "the snapshot": forget,
}
"""Each is done to a place, with the snapshot that a backup there names."""

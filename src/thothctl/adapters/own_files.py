"""Reads the configuration files that a user puts below an install's folder."""

from collections.abc import Iterator
from pathlib import Path

from thothctl.adapters.files import translated
from thothctl.errors import InvalidInputError
from thothctl.model.own_files import PLACES, SUFFIX

FOLDER = "config"
LARGEST = 256 * 1024


def read_own_files(install: Path) -> dict[str, str]:
    """Their text by the place they get in a release."""
    return dict(_found(install / FOLDER))


def _found(root: Path) -> Iterator[tuple[str, str]]:
    for place in PLACES:
        for path in sorted((root / place.folder).glob(f"*{SUFFIX}")):
            with translated(f"read {path}"):
                data = path.read_bytes()
            if len(data) > LARGEST or b"\0" in data:
                raise InvalidInputError(
                    f"{path} is no configuration file", hint="move it out of this folder"
                )
            yield place.released(path.name), data.decode(errors="replace")

"""Collecting description files: from a folder the container sees, or out of a bundle."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

from thoth_ai.errors import ServerError
from thoth_ai.importing import description_files
from thoth_ai.importing.description_files import DescriptionFile


def from_folder(folder: Path) -> tuple[DescriptionFile, ...]:
    """Read every CSV file of a folder; a folder without one is refused."""
    try:
        entries = sorted(one for one in folder.iterdir() if not one.name.startswith("."))
        found = [(one, one.stat().st_size) for one in entries if one.is_file()]
        files = tuple(_read(path, size) for path, size in found)
    except OSError as error:
        raise ServerError(
            f"The descriptions in {folder} cannot be read: {error.strerror}.",
            hint="Name a folder with CSV files.",
            code="invalid_descriptions",
        ) from error
    if not any(path.suffix.lower() == ".csv" for path, _ in found):
        raise ServerError(
            f"There are no CSV files in {folder}.",
            hint="Name the folder database_description of a BIRD database.",
            code="invalid_descriptions",
        )
    return files


def from_bundle(path: Path) -> tuple[DescriptionFile, ...]:
    """Read the files that thothctl packed: a list of names and contents in base64."""
    try:
        return tuple(_unpacked(json.loads(path.read_bytes())))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ServerError(
            "The bundle's descriptions are not a list of names and contents.",
            hint="Let thothctl import-bird make the bundle.",
            code="bundle_refused",
        ) from error


def _unpacked(document: list[dict[str, str]]) -> Iterator[DescriptionFile]:
    if not isinstance(document, list):
        raise TypeError
    for entry in document:
        raw = base64.b64decode(entry["base64"], validate=True)
        yield description_files.parse(_shown(entry["name"]), raw)


def _read(path: Path, size: int) -> DescriptionFile:
    if path.suffix.lower() != ".csv":
        file = DescriptionFile(_shown(path.name))
        file.warn("it is no CSV file and was not read")
        return file
    with path.open("rb") as stream:
        limit = description_files.LARGEST_FILE + 1
        return description_files.parse(_shown(path.name), stream.read(min(size, limit)))


def _shown(name: str) -> str:
    """Return a file's name on one line and in valid Unicode."""
    return " ".join(name.encode("utf-8", "replace").decode().split())

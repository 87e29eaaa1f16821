"""Django's dumpdata as a file, and the database files that it speaks of."""

import json
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from thothctl.adapters.files import translated
from thothctl.errors import IntegrityError, InvalidInputError

DATABASE, FOLDER = "workspaces.database", "databases"
CHUNK = 1 << 20
BLOCK = tarfile.BLOCKSIZE


def files_of(path: Path, text: bytes, folder: Path | None) -> tuple[Path, ...]:
    """Looked for in a folder, or beside the dump, also below `databases` of either."""
    root = folder or path.parent
    found = []
    for name in _named(path, text):
        places = [place / name for place in (root, root / FOLDER, root / "data" / FOLDER)]
        there = next((place for place in places if place.is_file()), None)
        if there is None:
            raise InvalidInputError(
                f"{path.name} speaks of the database file {name}, which is not below {root}",
                hint="give --files with the data folder of the checkout",
            )
        found.append(there.absolute())
    return tuple(found)


def _named(path: Path, text: bytes) -> list[str]:
    try:
        rows = [one["fields"] for one in json.loads(text) if one["model"] == DATABASE]
        names = [str(row["file"]) for row in rows if row.get("engine", "sqlite") == "sqlite"]
    except (ValueError, TypeError, KeyError) as error:
        raise IntegrityError(
            f"{path} is no JSON of Django's dumpdata",
            hint="`manage.py dumpdata accounts workspaces questions` writes one",
        ) from error
    return [PurePath(name).name for name in names]


def packed(text: bytes, files: Sequence[Path]) -> Iterator[bytes]:
    """A tar whose files are read as they go."""
    yield _header("dump.json", len(text)) + text + _padding(len(text))
    for file in files:
        with translated(f"read {file}"), file.open("rb") as stream:
            size, done = file.stat().st_size, 0
            yield _header(f"{FOLDER}/{file.name}", size)
            while chunk := stream.read(CHUNK):
                done += len(chunk)
                yield chunk
            if done != size:
                raise IntegrityError(
                    f"{file} changed while it was read", hint="stop who writes to it, then again"
                )
            yield _padding(size)
    yield b"\0" * 2 * BLOCK


def _header(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size = size
    return entry.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return b"\0" * (-size % BLOCK)

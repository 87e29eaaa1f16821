"""Where the indexes lie on the data volume, one file for each database."""

from collections.abc import Container, Iterable
from pathlib import Path

from thoth_ai.workspaces import storage

SUFFIX = ".values"


def folder() -> Path:
    """Return the folder of indexes."""
    return storage.data() / "values"


def path_of(mark: str) -> Path:
    """Return the file of the database with this mark."""
    return folder() / f"{mark}{SUFFIX}"


def publish(made: Path, mark: str) -> None:
    """Put a finished index where it is read; without one there is nothing to do."""
    if made.exists():
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        made.replace(path_of(mark))


def discard(mark: str) -> None:
    """Remove the index of a database that is no more."""
    path_of(mark).unlink(missing_ok=True)


def listed() -> list[Path]:
    """Return the indexes there are."""
    return list(folder().glob(f"*{SUFFIX}"))


def sweep(found: Iterable[Path], known: Container[str]) -> int:
    """Remove the indexes of databases that are not known; return how many that were."""
    strays = [path for path in found if path.name.removesuffix(SUFFIX) not in known]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)

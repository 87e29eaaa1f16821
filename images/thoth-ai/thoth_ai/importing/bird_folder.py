"""Where the files lie in a folder of the BIRD or the Spider benchmark.

A database has a folder with its file and, of BIRD, `database_description/*.csv`; a root has a
folder of such folders, and beside it the questions and the readable names of all of them. A root
may have several files of questions: each database takes the first that asks about it.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from thoth_ai.errors import ServerError
from thoth_ai.importing.tabular import child

ENDINGS = frozenset((".sqlite", ".sqlite3", ".db"))
ROOTS = ("databases", "database")
DESCRIPTIONS = "database_description"
QUESTIONS = (
    "dev.json",
    "train.json",
    "mini_dev_sqlite.json",
    "train_spider.json",
    "train_others.json",
    "test.json",
)
TABLES = ("dev_tables.json", "train_tables.json", "tables.json", "test_tables.json")


@dataclass(frozen=True, slots=True)
class Source:
    """A database file and what tells about it; questions and tables are those of many."""

    file: Path
    database_id: str = ""
    descriptions: Path | None = None
    questions: Path | None = None
    tables: Path | None = None


def find(path: Path, database_id: str) -> Source:
    """Return the database in a folder, or the one of that id in a root."""
    if found := _of_folder(path):
        if database_id not in ("", found.database_id):
            raise _unknown(path, database_id, [found.database_id])
        return found
    if not database_id and child.files_of(path):
        return Source(path)
    databases = {one.database_id: one for one in _of_root(path)}
    if not databases:
        raise _nothing(path)
    if not database_id:
        raise _several(path, list(databases))
    if database_id not in databases:
        raise _unknown(path, database_id, list(databases))
    return replace(
        databases[database_id],
        questions=_about(database_id, path, QUESTIONS),
        tables=_about(database_id, path, TABLES),
    )


def _of_folder(folder: Path) -> Source | None:
    files = [one for one in _entries(folder) if one.suffix.lower() in ENDINGS and one.is_file()]
    own = [one for one in files if one.stem == folder.name]
    if len(own or files) > 1:
        listed = ", ".join(one.name for one in files)
        raise ServerError(
            f"{folder} has several database files: {listed}.", hint="Name the one that is meant."
        )
    if not files:
        return None
    descriptions = folder / DESCRIPTIONS
    return Source((own or files)[0], folder.name, descriptions if descriptions.is_dir() else None)


def _of_root(root: Path) -> list[Source]:
    places = [root, *(one for one in _entries(root) if one.name.endswith(ROOTS))]
    found = [
        _of_folder(folder) for place in places for folder in _entries(place) if folder.is_dir()
    ]
    return [one for one in found if one]


def _about(database: str, root: Path, names: Sequence[str]) -> Path | None:
    """Several files share out the databases; where none names this one, its name may differ."""
    files = [root / name for name in names if (root / name).is_file()]
    named = re.compile(rb'"db_id"\s*:\s*' + re.escape(json.dumps(database).encode()))
    asking = (file for file in files if named.search(file.read_bytes()))
    return next(asking, files[0] if files else None)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(one for one in folder.iterdir() if not one.name.startswith("."))
    except OSError as error:
        raise ServerError(
            f"The folder {folder} cannot be read: {error.strerror}.",
            hint="Name a folder that the server's user may read.",
        ) from error


def _nothing(path: Path) -> ServerError:
    return ServerError(
        f"There is no database in {path}.",
        hint="Name a folder with a .sqlite file, or one with dev_databases in it.",
    )


def _several(path: Path, ids: Sequence[str]) -> ServerError:
    return ServerError(
        f"{path} has several databases: {', '.join(ids)}.", hint="Name one with --db ID."
    )


def _unknown(path: Path, wanted: str, ids: Sequence[str]) -> ServerError:
    return ServerError(
        f"{path} has no database {wanted}.", hint=f"Choose one of: {', '.join(ids)}."
    )

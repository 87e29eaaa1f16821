"""Where the files lie in a folder of the BIRD or the Spider benchmark.

A database has a folder with its file and, of BIRD, `database_description/*.csv`; a root has a
folder of such folders, and beside it the questions and the readable names of all of them. A root
may have several files of questions: each database takes the first that asks about it.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from thothctl.adapters.files import translated
from thothctl.errors import InvalidInputError
from thothctl.model.answer import DatabaseFolder, DatabaseSource

ENDINGS = frozenset((".sqlite", ".sqlite3", ".db"))
ROOTS = ("databases", "database")
ROWS = frozenset((".csv", ".tsv", ".parquet"))
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
SUBJECT = re.compile(rb'"db_id"\s*:\s*("(?:[^"\\]|\\.)*")')


def find(path: Path) -> DatabaseFolder:
    """Return the database at a path or, of a root, all of them; what is no folder is a file."""
    if not path.is_dir():
        return DatabaseFolder((DatabaseSource(path),))
    if own := _of_folder(path):
        return DatabaseFolder((own,))
    if table_files(path):
        return DatabaseFolder((DatabaseSource(path),))
    folders = _folders(path)
    sources = [source for folder in folders if (source := _of_folder(folder))]
    if not sources:
        raise InvalidInputError(
            f"there is no database in {path}",
            hint="give a SQLite file, a folder with one or with CSV or Parquet files, or a folder"
            " with dev_databases in it",
        )
    questions = _subjects(_present(path, QUESTIONS))
    tables = _subjects(_present(path, TABLES))
    return DatabaseFolder(
        sources=tuple(
            replace(one, questions=_about(one.id, questions), tables=_about(one.id, tables))
            for one in sources
        ),
        is_root=True,
        warnings=tuple(_missing(path, folders, sources, questions)),
    )


def table_files(folder: Path) -> list[Path]:
    """Return the files of a folder that are a table each."""
    return [one for one in _entries(folder) if one.suffix.lower() in ROWS and one.is_file()]


def description_files(folder: Path) -> list[Path]:
    """Return the files of a folder of descriptions; one without a CSV file is refused."""
    with translated(f"read {folder}"):
        files = [one for one in _entries(folder) if one.is_file()]
    if not any(one.suffix.lower() == ".csv" for one in files):
        raise InvalidInputError(
            f"there are no CSV files in {folder}",
            hint="give the folder database_description of a BIRD database",
        )
    return files


def _of_folder(folder: Path) -> DatabaseSource | None:
    files = [one for one in _entries(folder) if one.suffix.lower() in ENDINGS and one.is_file()]
    own = [one for one in files if one.stem == folder.resolve().name]
    if len(own or files) > 1:
        listed = ", ".join(one.name for one in files)
        raise InvalidInputError(
            f"{folder} has several database files: {listed}", hint="give the one that is meant"
        )
    if not files:
        return None
    descriptions = folder / DESCRIPTIONS
    return DatabaseSource(
        (own or files)[0],
        folder.resolve().name,
        descriptions if descriptions.is_dir() else None,
    )


def _folders(root: Path) -> list[Path]:
    places = [root, *(one for one in _entries(root) if one.name.endswith(ROOTS))]
    inside = [one for place in places if place.is_dir() for one in _entries(place) if one.is_dir()]
    return [one for one in inside if one not in places]


def _missing(
    root: Path,
    folders: Sequence[Path],
    sources: Sequence[DatabaseSource],
    questions: Collection[Path],
) -> list[str]:
    found = {source.file.parent for source in sources}
    without = [f"{folder.name} has no database file" for folder in folders if folder not in found]
    if not questions:
        without.append(
            f"there is no {' or '.join(QUESTIONS[:3])} in {root}: no questions, no evidence"
        )
    return without


def _present(root: Path, names: Sequence[str]) -> list[Path]:
    return [root / name for name in names if (root / name).is_file()]


def _subjects(files: Sequence[Path]) -> dict[Path, frozenset[str]]:
    """What each file asks about; each is read once, for all databases."""
    found: dict[Path, frozenset[str]] = {}
    for file in files:
        with translated(f"read {file}"):
            content = file.read_bytes()
        found[file] = frozenset(_unquoted(one) for one in SUBJECT.findall(content))
    return found


def _unquoted(word: bytes) -> str:
    try:
        return str(json.loads(word))
    except ValueError:
        return ""


def _about(database: str, files: Mapping[Path, frozenset[str]]) -> Path | None:
    """Several files share out the databases; where none names this one, the server decides."""
    named = (file for file, subjects in files.items() if database in subjects)
    return next(named, next(iter(files), None))


def _entries(folder: Path) -> list[Path]:
    with translated(f"read {folder}"):
        return sorted(one for one in folder.iterdir() if not one.name.startswith("."))

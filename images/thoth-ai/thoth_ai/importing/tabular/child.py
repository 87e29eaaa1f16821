"""The process that reads files of strangers: what goes wrong in it ends it and nothing else.

python -m thoth_ai.importing.tabular.child TARGET FOLDER BYTES
"""

import json
import resource
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from thoth_ai.importing.tabular.tables import Rows, UnusableFileError

ENDINGS = (".csv", ".tsv", ".parquet")
MEMORY = 4 * 1024**3
REFUSED, FULL = 7, 14
_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_PRIMARY = 0xFF


def files_of(folder: Path) -> list[Path]:
    """Return the files of rows in a folder, each a table of its name."""
    found = [one for one in sorted(folder.iterdir()) if one.suffix.lower() in ENDINGS]
    return [one for one in found if one.is_file() and not one.name.startswith(".")]


def convert(folder: Path, target: Path) -> int:
    """Write the tables of all files; returns how many rows there are."""
    files = files_of(folder)
    names = [file.stem for file in files]
    if len({name.casefold() for name in names}) < len(names):
        raise UnusableFileError(f"several files are to be one table: {', '.join(names)}")
    rows = 0
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        for file in files:
            with _named(file):
                rows += _write(connection, file.stem, _rows_of(file))
        connection.commit()
    return rows


@contextmanager
def _named(file: Path) -> Iterator[None]:
    """Whatever is wrong with a file is told with its name; a library's panic is no Exception."""
    try:
        yield
    except (UnusableFileError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        if _is_full(error):
            raise
        why = "it takes too much memory" if isinstance(error, MemoryError) else str(error)
        raise UnusableFileError(f"{file.name}: {why}") from error


def _is_full(error: BaseException) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)
    return isinstance(error, sqlite3.Error) and code & _PRIMARY in _FULL


def _write(connection: sqlite3.Connection, table: str, rows: Rows) -> int:
    columns = ", ".join(f"{_quoted(one.name)} {one.type}" for one in rows.columns)
    connection.execute(f"CREATE TABLE {_quoted(table)} ({columns})")
    marks = ", ".join("?" * len(rows.columns))
    statement = f"INSERT INTO {_quoted(table)} VALUES ({marks})"  # noqa: S608 - quoted
    return connection.executemany(statement, rows).rowcount


def _rows_of(file: Path) -> Rows:
    if file.suffix.lower() == ".parquet":
        from thoth_ai.importing.tabular.parquet_rows import ParquetRows  # noqa: PLC0415 - heavy

        return ParquetRows(file)
    from thoth_ai.importing.tabular.csv_rows import CsvRows  # noqa: PLC0415 - as the other

    return CsvRows(file)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def main(arguments: Sequence[str]) -> int:
    """Convert, and say as JSON what came of it; no more is written than there is room for."""
    target, folder, most = Path(arguments[0]), Path(arguments[1]), int(arguments[2])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    try:
        print(json.dumps({"rows": convert(folder, target)}))  # noqa: T201 - its only output
    except (UnusableFileError, sqlite3.Error) as error:
        print(json.dumps({"why": str(error)}))  # noqa: T201 - likewise
        return FULL if _is_full(error) else REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

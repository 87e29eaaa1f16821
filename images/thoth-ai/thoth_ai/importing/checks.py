"""Whether a file is a whole SQLite database with something in it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from thoth_ai.errors import ServerError

MAGIC = b"SQLite format 3\0"
HEADER = 100
SMALLEST_PAGE = 512
WAL_VERSION = 2
UNREADABLE = (sqlite3.Error, UnicodeError, OverflowError)
"""What SQLite's module raises over a file that passed the checks and is damaged all the same."""


def check(path: Path) -> None:
    """Refuse what is not SQLite, encrypted, truncated, damaged or empty."""
    check_header(path)
    check_size(path)
    _leave_wal_mode(path)
    try:
        with closing(opened(path)) as connection:
            _check_pages(connection)
            _check_tables(connection)
    except UNREADABLE as error:
        raise damaged(str(error)) from error


def check_header(path: Path) -> None:
    """Refuse a file that does not begin as a SQLite database does."""
    with path.open("rb") as file:
        header = file.read(HEADER)
    if not header:
        raise _no_tables()
    if header.startswith(MAGIC):
        if len(header) < HEADER:
            raise _truncated()
        return
    if path.stat().st_size % SMALLEST_PAGE == 0 and not _is_text(header[:16]):
        raise ServerError(
            "The file is not a readable SQLite database; it looks encrypted.",
            hint="Decrypt it first, for example with sqlcipher_export(), and import the result.",
            code="encrypted",
        )
    raise ServerError(
        "The file is not a SQLite database.",
        hint="Choose a file whose first bytes are 'SQLite format 3'.",
        code="not_sqlite",
    )


def check_size(path: Path) -> None:
    """Refuse a file that is shorter than its own page count."""
    with path.open("rb") as file:
        header = file.read(HEADER)
    page = int.from_bytes(header[16:18], "big")
    page = 65536 if page == 1 else page
    pages = int.from_bytes(header[28:32], "big")
    current = header[24:28] == header[92:96]  # else the page count is an old writer's leftover
    if current and page * pages > path.stat().st_size:
        raise _truncated()


def opened(path: Path) -> sqlite3.Connection:
    """Open a copy that nobody writes, without trusting its schema."""
    location = f"file:{quote(str(path))}?mode=ro&immutable=1"
    connection = sqlite3.connect(location, uri=True)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA mmap_size=0")
    return connection


def quoted(identifier: str) -> str:
    """Quote a name so that it is a name and nothing else."""
    return '"' + identifier.replace('"', '""') + '"'


def damaged(reason: str) -> ServerError:
    """Return the error of a file SQLite cannot read through."""
    return ServerError(
        f"The database is damaged: {reason}.",
        hint="Repair it with: sqlite3 FILE .recover | sqlite3 repaired.sqlite",
        code="damaged",
    )


def _is_text(raw: bytes) -> bool:
    return all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in raw)  # noqa: PLR2004 - ASCII


def _leave_wal_mode(path: Path) -> None:
    """Write the header of a file without a log back to the mode that needs none."""
    with path.open("r+b") as file:
        file.seek(18)
        if WAL_VERSION in file.read(2):
            file.seek(18)
            file.write(b"\1\1")


def _check_pages(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found and found[0] != "ok":
        raise damaged(" ".join(str(found[0]).split())[:200])


def _check_tables(connection: sqlite3.Connection) -> None:
    sql = (
        "SELECT 1 FROM sqlite_schema WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    if connection.execute(sql).fetchone() is None:
        raise _no_tables()


def _truncated() -> ServerError:
    return ServerError(
        "The database is shorter than its own page count; it was cut off.",
        hint="Copy the file again from its source, then import it.",
        code="truncated",
    )


def _no_tables() -> ServerError:
    return ServerError(
        "The database has no tables.",
        hint="Choose a database with at least one table.",
        code="no_tables",
    )

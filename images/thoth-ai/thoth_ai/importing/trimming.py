"""What is not wanted of a database that stays one file: taken out, so that nobody can read it."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from thoth_ai.importing import space
from thoth_ai.importing.checks import UNREADABLE, damaged, opened, quoted

_TABLES = (
    "SELECT name, type = 'virtual' FROM pragma_table_list WHERE schema = 'main'"
    " AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
)
_PARTS = ("config", "data", "docsize", "idx", "segdir", "segments", "stat")
"""Where FTS4 and FTS5 keep an index; `content` is what one keeps that reads no table."""


def trim(path: Path, kept: Iterable[str]) -> list[str]:
    """Write the file anew without its other tables; return what is to be told of it.

    Triggers go with their tables, views with what they read. So do virtual tables, for triggers
    may have put anything there; only a full-text index of a kept table stays, and is built anew.
    """
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            dropped, told = _without(connection, frozenset(kept))
            connection.commit()
        if dropped:
            _write_anew(path)
    except UNREADABLE as error:
        if _is_full(error):
            raise space.full() from error
        raise damaged(str(error)) from error
    return told


def _write_anew(path: Path) -> None:
    """What was dropped is still on its pages."""
    space.require(path.parent, path.stat().st_size)
    fresh = path.with_suffix(".trimmed")
    with closing(opened(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(fresh),))
    fresh.replace(path)


def _without(connection: sqlite3.Connection, kept: frozenset[str]) -> tuple[bool, list[str]]:
    tables = connection.execute(_TABLES).fetchall()
    plain = [name for name, is_virtual in tables if not is_virtual and name not in kept]
    virtual = [name for name, is_virtual in tables if is_virtual]
    if not plain and not virtual:
        return False, []
    working = set(_working_views(connection))
    for name in plain:
        connection.execute(f"DROP TABLE {quoted(name)}")
    told = [said for name in virtual if (said := _drop_virtual(connection, name, kept))]
    return True, told + _drop_views(connection, working)


def _drop_virtual(connection: sqlite3.Connection, name: str, kept: frozenset[str]) -> str:
    """Drop a virtual table that may hold words of others; return what is to be told."""
    if _renewed(connection, name, kept):
        return ""
    try:
        connection.execute(f"DROP TABLE {quoted(name)}")
    except sqlite3.OperationalError as error:
        if _is_full(error):
            raise
        return f"the virtual table {name} stays in the file, for its module is not here"
    return f"the virtual table {name} was left out: it may have rows of tables that are not wanted"


def _renewed(connection: sqlite3.Connection, name: str, kept: frozenset[str]) -> bool:
    """Build a full-text index anew from the kept table it reads; say whether it is one.

    What SQLite reads meanwhile shows it, however the index names its table; what triggers once
    put into it goes.
    """
    own = {f"{name}_{part}" for part in _PARTS}
    seen: set[str] = set()

    def allowed(action: int, table: str | None, _: object, __: object, source: str | None) -> int:
        if action != sqlite3.SQLITE_READ or table in own:
            return sqlite3.SQLITE_OK
        seen.add(str(table))
        return sqlite3.SQLITE_OK if table in kept and not source else sqlite3.SQLITE_DENY

    connection.set_authorizer(allowed)
    try:
        connection.execute(f"INSERT INTO {quoted(name)} ({quoted(name)}) VALUES ('rebuild')")  # noqa: S608 - quoted
    except sqlite3.DatabaseError as error:
        if _is_full(error):
            raise
        return False
    finally:
        connection.set_authorizer(None)
    return bool(seen)


def _is_full(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def _drop_views(connection: sqlite3.Connection, working: set[str]) -> list[str]:
    gone: Sequence[str] = sorted(working - set(_working_views(connection)))
    for name in gone:
        connection.execute(f"DROP VIEW {quoted(name)}")
    return [f"the view {name} was left out with the tables it reads" for name in gone]


def _working_views(connection: sqlite3.Connection) -> Iterator[str]:
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall()
    for (name,) in names:
        with suppress(sqlite3.Error):
            connection.execute(f"SELECT * FROM {quoted(name)} LIMIT 0").fetchone()  # noqa: S608 - quoted
            yield str(name)

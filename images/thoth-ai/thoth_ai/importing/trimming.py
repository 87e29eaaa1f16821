"""What is not wanted of a database that stays one file: taken out, so that nobody can read it."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from thoth_ai.importing import space
from thoth_ai.importing.checks import UNREADABLE, damaged, opened, quoted

_TABLES = (
    "SELECT l.name, l.type = 'virtual', coalesce(s.sql, '') FROM pragma_table_list AS l"
    " LEFT JOIN sqlite_schema AS s ON s.type = 'table' AND s.name = l.name WHERE l.schema = 'main'"
    " AND l.type IN ('table', 'virtual') AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
)


def trim(path: Path, kept: Iterable[str], *, virtual: bool) -> list[str]:
    """Write the file anew without its other tables; return what is to be told of it.

    Triggers go with their tables, views with what they read; virtual tables if that is said, or if
    they speak of what goes: a full-text index has its words.
    """
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            dropped, told = _without(connection, frozenset(kept), virtual=virtual)
            connection.commit()
        if dropped:
            _write_anew(path)
    except UNREADABLE as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
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


def _without(
    connection: sqlite3.Connection, kept: frozenset[str], *, virtual: bool
) -> tuple[bool, list[str]]:
    tables = connection.execute(_TABLES).fetchall()
    others = [one for one in tables if one[0] not in kept]
    gone = [name for name, is_virtual, _ in others if not is_virtual]
    unwanted = [
        (name, is_virtual)
        for name, is_virtual, sql in others
        if virtual or not is_virtual or any(one in sql for one in gone)
    ]
    working = set(_working_views(connection)) if unwanted else set()
    told = []
    for name, is_virtual in unwanted:
        try:
            connection.execute(f"DROP TABLE {quoted(name)}")
        except sqlite3.OperationalError:
            if not is_virtual:
                raise
            told.append(f"the virtual table {name} stays in the file, for its module is not here")
    return bool(unwanted), told + _drop_views(connection, working)


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

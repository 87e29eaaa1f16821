"""Views put into PostgreSQL's words, and everything of the file that has no place there."""

import sqlite3
from collections.abc import Iterator, Sequence

import sqlglot
from psycopg import sql
from sqlglot import exp
from sqlglot.errors import SqlglotError

from thoth_ai.answering import sql_guard
from thoth_ai.importing.postgres import names, translation
from thoth_ai.importing.postgres.translation import Names, NotTranslatedError
from thoth_ai.importing.postgres.trying import tried
from thoth_ai.postgres.schemas import Connection

MOST_TOLD = 8
_VIEWS = "SELECT name, sql FROM sqlite_schema WHERE type = 'view' ORDER BY rowid"
_OTHERS = """
    SELECT 'trigger', name FROM sqlite_schema WHERE type = 'trigger' UNION ALL
    SELECT 'virtual table', name FROM pragma_table_list WHERE schema = 'main' AND type = 'virtual'
"""


def told_of_a_file(source: sqlite3.Connection) -> Iterator[str]:
    """Tell of what stays in a file and is not asked."""
    yield from _told([str(name) for name, _ in source.execute(_VIEWS).fetchall()])
    for kind, name in source.execute(_OTHERS).fetchall():
        yield f"the {kind} {name} stays in the file; answers do not come from it"


def add(connection: Connection, source: sqlite3.Connection, known: Names) -> Iterator[str]:
    """Create the views that mean something here; tell of the others, and of what is left out."""
    known = dict(known)
    left = [(str(name), str(text)) for name, text in source.execute(_VIEWS).fetchall()]
    while left:
        complaints = {}
        for name, text in left:
            complaint = _created(connection, name, text, known)
            if complaint:
                complaints[name] = complaint
            else:
                known[name.lower()] = (name, {})
        if len(complaints) == len(left):  # what needs another view may find it in the next round
            yield from (f"the view {name} was not kept: {why}" for name, why in complaints.items())
            break
        left = [one for one in left if one[0] in complaints]
    lost = {name for name, _ in left}
    created = [str(name) for name, _ in source.execute(_VIEWS).fetchall()]
    yield from _told([name for name in created if name not in lost])
    for kind, name in source.execute(_OTHERS).fetchall():
        yield f"the {kind} {name} was not taken over"


def _told(names: Sequence[str]) -> Iterator[str]:
    if names:
        few = ", ".join(names[:MOST_TOLD]) + (" and others" if len(names) > MOST_TOLD else "")
        yield f"views can be queried, and are not described: {few}"


def _created(connection: Connection, name: str, text: str, known: Names) -> str | None:
    try:
        query = _query(text, known)
    except (SqlglotError, NotTranslatedError, sql_guard.RefusedSqlError, RecursionError) as error:
        return " ".join(str(error).split())[:200] or type(error).__name__
    if len(name.encode()) > names.LONGEST or name.startswith(names.OURS):
        return "PostgreSQL has no such name"
    statement = sql.SQL("CREATE OR REPLACE VIEW {} AS {}")
    return tried(connection, statement.format(sql.Identifier(name), sql.SQL(query)))


def _query(text: str, known: Names) -> str:
    """Return a query of this file's own tables that the guard lets pass."""
    created = sqlglot.parse_one(text, read="sqlite")
    inner = created.args.get("expression") if isinstance(created, exp.Create) else None
    if inner is None or isinstance(created.this, exp.Schema):
        raise NotTranslatedError("it cannot be put into PostgreSQL's words")
    query = translation.translated(inner.sql(dialect="sqlite"), known)
    guarded = sql_guard.check(query, dialect="postgres")
    root = sqlglot.parse_one(guarded, read="postgres")
    own = {one.alias for one in root.find_all(exp.CTE)} | {new for new, _ in known.values()}
    for table in root.find_all(exp.Table):
        if table.db or table.catalog or table.name not in own:
            raise NotTranslatedError(f"{table.sql()} is no table of this file")
    return guarded

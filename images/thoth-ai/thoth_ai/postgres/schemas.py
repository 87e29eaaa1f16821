"""The schemas of imported databases: each carries the mark of the import that made it.

An import builds `~MARK`, which no workspace can be called, and is seen when that gets the
workspace's name. The application's own database says which mark is meant, so that a sweep can
finish or take back whatever a killed import left.
"""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.postgres.connecting import Postgres

logger = logging.getLogger(__name__)

Connection = psycopg.Connection[Any]
COMMENT = "thoth-ai import "
UNSEEN = "~"
LOCK_WAIT = "15s"
AT_ONCE = 200
_TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(%s))"
    " AND relkind = 'r' LIMIT %s"
)
_MARKS = (
    "SELECT nspname, substr(obj_description(oid, 'pg_namespace'), %s) FROM pg_namespace"
    " WHERE starts_with(obj_description(oid, 'pg_namespace'), %s)"
)
_COMMENTS = """
    SELECT c.relname, a.name, coalesce(d.description, '')
    FROM pg_namespace n
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r'
    CROSS JOIN LATERAL (
        SELECT 0 AS number, '' AS name
        UNION ALL
        SELECT attnum, attname::text FROM pg_attribute
        WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    ) a
    LEFT JOIN pg_description d
        ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.number
    WHERE n.nspname = %s AND obj_description(n.oid, 'pg_namespace') = %s
"""


@contextmanager
def importer(postgres: Postgres | None) -> Iterator[Connection]:
    """Connect as the role that owns the schemas; what PostgreSQL says becomes a ServerError."""
    if postgres is None:
        raise ServerError(
            "There is no PostgreSQL to import into.", hint="Set POSTGRES_HOST and its roles."
        )
    arguments: dict[str, Any] = dict(postgres.parameters(postgres.importer, postgres.data_database))
    try:
        with psycopg.connect(**arguments, autocommit=True) as connection:
            connection.execute(f"SET lock_timeout = '{LOCK_WAIT}'".encode())
            yield connection
    except psycopg.Error as error:
        raise _translated(error) from error


@contextmanager
def living(connection: Connection, mark: str) -> Iterator[None]:
    """Show that an import is alive."""
    with held(connection, mark):
        yield


@contextmanager
def held(connection: Connection, what: str) -> Iterator[None]:
    """Let only one at a time have it; PostgreSQL drops the lock with the connection."""
    connection.execute("SELECT pg_advisory_lock(%s)", (_key(what),))
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(%s)", (_key(what),))


def unseen(mark: str) -> str:
    """Return the name of a schema nobody is to use yet, or any more."""
    return UNSEEN + mark


def create(connection: Connection, mark: str) -> None:
    """Make the unseen schema of an import."""
    place = sql.Identifier(unseen(mark))
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(place))
    comment = sql.SQL("COMMENT ON SCHEMA {} IS {}")
    connection.execute(comment.format(place, sql.Literal(COMMENT + mark)))


def take_over(connection: Connection, old: str, mark: str) -> None:
    """Make the unseen schema of a dead import that of a living one."""
    with connection.transaction():
        _rename(connection, unseen(old), unseen(mark))
        comment = sql.SQL("COMMENT ON SCHEMA {} IS {}")
        place = sql.Identifier(unseen(mark))
        connection.execute(comment.format(place, sql.Literal(COMMENT + mark)))


def grant(connection: Connection, name: str, reader: str) -> None:
    """Let the reader see a schema, and nothing else of what the importer owns."""
    place, who = sql.Identifier(name), sql.Identifier(reader)
    for text in ("GRANT USAGE ON SCHEMA {} TO {}", "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}"):
        connection.execute(sql.SQL(text).format(place, who))


def publish(connection: Connection, name: str, mark: str) -> None:
    """Give an import its name, and make unseen what had it before."""
    with connection.transaction():
        marks = _marks(connection)
        if name in marks:
            _rename(connection, name, unseen(marks[name]))
        _rename(connection, unseen(mark), name)


def comments(connection: Connection, name: str, mark: str) -> dict[tuple[str, str], str]:
    """Return what is said there of each table, with an empty name, and of its columns.

    There is nothing if the schema has another mark: it was replaced meanwhile.
    """
    rows = connection.execute(_COMMENTS, (name, COMMENT + mark)).fetchall()
    return {(str(table), str(column)): str(said) for table, column, said in rows}


def drop(connection: Connection, mark: str) -> bool:
    """Remove the schema with this mark; one that is being read is left to the next sweep."""
    name = {found: name for name, found in _marks(connection).items()}.get(mark)
    if name is None:
        return False
    try:
        _empty(connection, name)
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
    except psycopg.errors.LockNotAvailable:
        logger.warning("a schema is still being read; the next sweep removes it")
        return False
    return True


def _empty(connection: Connection, name: str) -> None:
    """Drop most tables some at a time: one transaction can hold only so many locks."""
    while len(found := connection.execute(_TABLES, (name, AT_ONCE)).fetchall()) == AT_ONCE:
        tables = sql.SQL(", ").join(sql.Identifier(name, str(table)) for (table,) in found)
        connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(tables))


def dead(connection: Connection) -> Mapping[str, str]:
    """Return the schemas, by mark, whose import is not under way."""
    return {mark: name for name, mark in _marks(connection).items() if not _lives(connection, mark)}


def mend(connection: Connection, found: Mapping[str, str], meant: Mapping[str, str]) -> int:
    """Let every meant mark have its name, and remove the rest; return how many were removed."""
    for mark, name in meant.items():
        if found.get(mark, name) != name:
            publish(connection, name, mark)
    return sum(drop(connection, mark) for mark in found if mark not in meant)


def _marks(connection: Connection) -> dict[str, str]:
    rows = connection.execute(_MARKS, (len(COMMENT) + 1, COMMENT)).fetchall()
    return {str(name): str(mark) for name, mark in rows}


def _rename(connection: Connection, old: str, new: str) -> None:
    text = sql.SQL("ALTER SCHEMA {} RENAME TO {}")
    connection.execute(text.format(sql.Identifier(old), sql.Identifier(new)))


def _lives(connection: Connection, mark: str) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_key(mark),)).fetchone()
    if row and row[0]:
        connection.execute("SELECT pg_advisory_unlock(%s)", (_key(mark),))
        return False
    return True


def _key(mark: str) -> int:
    digest = hashlib.sha256(mark.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _translated(error: psycopg.Error) -> ServerError:
    said = error.diag.message_primary or " ".join(str(error).split())
    if isinstance(error, psycopg.errors.DiskFull):
        return ServerError(
            "PostgreSQL's disk is full.",
            hint="Make room on the disk that holds its data, then import again.",
            code="no_space",
            exit_code=ExitCode.NO_SPACE,
        )
    lost = isinstance(error, psycopg.OperationalError) and error.diag.sqlstate is None
    return ServerError(
        f"PostgreSQL could not do it: {said}",
        hint="Ask thothctl health whether it runs and lets thoth-ai in, then try again.",
        code="postgres",
        exit_code=ExitCode.NETWORK if lost else ExitCode.FAILURE,
    )

"""What a killed import had finished: found again by the same file with the same options."""

import json
from collections.abc import Mapping

import psycopg
from psycopg import sql

from thoth_ai.importing.postgres.report import TableReport
from thoth_ai.postgres import schemas
from thoth_ai.postgres.schemas import Connection

TABLE = "~loaded"
_FOUND = (
    "SELECT nspname FROM pg_namespace JOIN pg_class ON relnamespace = pg_namespace.oid"
    " WHERE relname = %s AND starts_with(nspname, %s)"
)


def begin(connection: Connection, mark: str, identity: str) -> Mapping[str, TableReport]:
    """Make the schema of an import, or take over a dead one; return the tables it has."""
    for old in _dead(connection):
        if _identity(connection, old) == identity and _taken_over(connection, old, mark):
            return _finished(connection, mark)
    with connection.transaction():
        schemas.create(connection, mark)
        connection.execute(
            sql.SQL("CREATE TABLE {} (name text PRIMARY KEY, report jsonb NOT NULL)").format(
                _place(mark)
            )
        )
        _write(connection, _place(mark), "", {"identity": identity})
    return {}


def remember(connection: Connection, report: TableReport) -> None:
    """Write a table down as finished, in the transaction that filled it."""
    _write(connection, sql.Identifier(TABLE), report.source, report.as_document())


def end(connection: Connection) -> None:
    """Forget the list: nothing is left to do."""
    connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(TABLE)))


def spared(connection: Connection) -> frozenset[str]:
    """Return the marks of dead imports that can be gone on with."""
    return frozenset(_dead(connection))


def _dead(connection: Connection) -> list[str]:
    begun = {
        str(name) for (name,) in connection.execute(_FOUND, (TABLE, schemas.UNSEEN)).fetchall()
    }
    return [mark for mark, name in schemas.dead(connection).items() if name in begun]


def _taken_over(connection: Connection, old: str, mark: str) -> bool:
    try:
        schemas.take_over(connection, old, mark)
    except psycopg.errors.InvalidSchemaName:  # another import was quicker
        return False
    return True


def _identity(connection: Connection, mark: str) -> str:
    document = _read(connection, mark).get("", {})
    return str(document.get("identity", ""))


def _finished(connection: Connection, mark: str) -> dict[str, TableReport]:
    found = _read(connection, mark)
    return {name: TableReport.read(document) for name, document in found.items() if name}


def _read(connection: Connection, mark: str) -> dict[str, dict[str, object]]:
    rows = connection.execute(sql.SQL("SELECT name, report FROM {}").format(_place(mark)))
    return dict(rows.fetchall())


def _write(
    connection: Connection, place: sql.Identifier, name: str, document: Mapping[str, object]
) -> None:
    connection.execute(
        sql.SQL("INSERT INTO {} VALUES (%s, %s)").format(place), (name, json.dumps(document))
    )


def _place(mark: str) -> sql.Identifier:
    return sql.Identifier(schemas.unseen(mark), TABLE)

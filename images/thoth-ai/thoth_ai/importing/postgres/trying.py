"""Statements that may fail without taking anything else with them."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress

import psycopg
from psycopg import sql

from thoth_ai.postgres.schemas import Connection

ATTEMPTS = 8
_EXPECTED = (
    psycopg.errors.IntegrityError,
    psycopg.errors.ProgrammingError,
    psycopg.errors.ProgramLimitExceeded,
    psycopg.errors.DataError,
    psycopg.errors.NotSupportedError,
    psycopg.errors.InternalError,
)


def tried(connection: Connection, text: sql.Composed) -> str | None:
    """Run it for itself; return why it failed."""
    try:
        with connection.transaction():
            connection.execute(text)
    except _EXPECTED as error:
        return error.diag.message_primary or type(error).__name__
    return None


def create(connection: Connection, text: sql.Composed) -> None:
    """Create a table, once more where another's type took the name that its own was to have."""
    for _ in range(ATTEMPTS):
        with suppress(psycopg.errors.UniqueViolation), connection.transaction():
            connection.execute(text)
            return
    connection.execute(text)


def own_name(what: str, table: str, number: int = 0) -> sql.Identifier:
    """Return a name no other table's has: PostgreSQL's own choice fails beside other tables."""
    digest = hashlib.sha256(table.encode()).hexdigest()[:16]
    return sql.Identifier(f"~{what} {digest} {number}")


def listed(names: Iterable[str]) -> sql.Composed:
    """Return names as PostgreSQL lists them."""
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)

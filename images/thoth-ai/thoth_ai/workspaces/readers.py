"""The reader that fits a database."""

from collections.abc import Iterable

from django.conf import settings

from thoth_ai.answering.postgres_reader import PostgresReader
from thoth_ai.answering.reading import Limits, QueryFailedError, Reader
from thoth_ai.answering.sqlite_reader import SqliteReader
from thoth_ai.workspaces import storage
from thoth_ai.workspaces.models import Database

SQLITE, POSTGRES = "sqlite", "postgres"


def reader_of(database: Database) -> Reader:
    """Return what runs queries on this database."""
    if database.engine == POSTGRES:
        return postgres_reader(database.name)
    return SqliteReader(storage.path_of(database))


def postgres_reader(schema: str) -> PostgresReader:
    """Return what runs queries on a schema of the imported databases."""
    server = settings.POSTGRES
    if server is None:
        raise QueryFailedError("Its PostgreSQL is not configured: POSTGRES_HOST is not set.")
    return PostgresReader(server.parameters(server.reader, server.data_database), schema)


def limits() -> Limits:
    """Return what one question may take."""
    return Limits(seconds=settings.QUERY_TIMEOUT_SECONDS, rows=settings.QUERY_ROWS)


def missing(databases: Iterable[Database]) -> list[str]:
    """Return the databases whose rows are not where the registration says."""
    databases = list(databases)
    imported = any(database.engine == POSTGRES for database in databases)
    seen = postgres_reader("public").schemas() if imported else frozenset()
    return [
        database.name
        for database in databases
        if not (
            database.name in seen
            if database.engine == POSTGRES
            else storage.path_of(database).is_file()
        )
    ]


def is_there(database: Database) -> bool:
    """Say whether its rows are still where they were; an import may have replaced them."""
    if database.engine == POSTGRES:
        return Database.objects.filter(pk=database.pk).exists()
    return storage.path_of(database).exists()

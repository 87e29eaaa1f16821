"""The reader that fits a database."""

from django.conf import settings

from thoth_ai.answering.postgres_reader import PostgresReader
from thoth_ai.answering.reading import Limits, QueryFailedError, QueryTimeoutError, Reader
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


def can_be_read(database: Database) -> bool:
    """Look whether the rows are where the registration says."""
    if database.engine == POSTGRES:
        return _reads(database)
    return storage.path_of(database).is_file()


def is_there(database: Database) -> bool:
    """Say whether its rows are still where they were; an import may have replaced them."""
    if database.engine == POSTGRES:
        return Database.objects.filter(pk=database.pk).exists()
    return storage.path_of(database).exists()


def _reads(database: Database) -> bool:
    table = database.tables.values_list("name", flat=True).first() or ""
    quoted = table.replace('"', '""')
    try:
        reader_of(database).run(f'SELECT 1 FROM "{quoted}" LIMIT 1', Limits(seconds=3, rows=1))  # noqa: S608 - quoted
    except (QueryFailedError, QueryTimeoutError):
        return False
    return True

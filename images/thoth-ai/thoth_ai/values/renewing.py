"""Making the index of a registered database anew, from its rows."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from django.conf import settings

from thoth_ai.importing.inspection import ColumnSchema, TableSchema
from thoth_ai.postgres import schemas
from thoth_ai.values import making, places
from thoth_ai.values.files import BrokenFileError
from thoth_ai.values.index import ValueIndex
from thoth_ai.values.making import Described, Made
from thoth_ai.values.reading import PostgresValues, SqliteValues, Values
from thoth_ai.workspaces import readers, storage
from thoth_ai.workspaces.models import Database, Table


def is_wanted(database: Database) -> bool:
    """Tell whether there is to be one: an import may have gone without."""
    return settings.VALUE_INDEX.enabled and bool(database.report.get("index", True))


def require_fitting(index: ValueIndex, database: Database) -> None:
    """Raise BrokenFileError when an index is another database's, or made with other settings."""
    if index.about.get("database") != database.sha256:
        raise BrokenFileError("it is that of another database")
    if index.size != settings.VALUE_INDEX.ngram:
        raise BrokenFileError("its grams are of another size")


def renew(database: Database) -> Made | None:
    """Make it and put it in place, in one move, unless another process just did."""
    with places.locked(database.file):
        try:
            return None if _is_made(database) else _made(database)
        finally:
            places.unlock(database.file)


def _is_made(database: Database) -> bool:
    try:
        require_fitting(ValueIndex(places.path_of(database.file)), database)
    except BrokenFileError:
        return False
    return True


def _made(database: Database) -> Made:
    fresh, nobody = places.fresh_of(database.file), (lambda *_: None)
    with _values(database) as values:
        made = making.make(fresh, _described(database), values, _own(database), nobody)
    if Database.objects.filter(pk=database.pk).exists():
        fresh.replace(places.path_of(database.file))
    return made


def prints(report: Mapping[str, object]) -> dict[tuple[str, str], str]:
    """Return, by table and column, what the verification of an import found: equal is unchanged."""
    tables = report.get("tables")
    return {
        (table["name"], column["name"]): f"{table['rows_out']}:{column['nulls']}:{column['hash']}"
        for table in (tables if isinstance(tables, list) else ())
        for column in table["columns"]
        if column["hash"]
    }


def _own(database: Database) -> ValueIndex | None:
    found = making.older(places.path_of(database.file))
    return found if found and found.about.get("database") == database.sha256 else None


def _described(database: Database) -> Described:
    tables = Table.objects.filter(database=database).prefetch_related("columns")
    return Described(
        database.sha256, tuple(_schema(table) for table in tables), prints(database.report)
    )


def _schema(table: Table) -> TableSchema:
    columns = tuple(
        ColumnSchema(one.name, one.declared_type, 0, not_null=False, generated=False, unique=False)
        for one in table.columns.all()
    )
    return TableSchema(table.name, table.rows, columns, ())


@contextmanager
def _values(database: Database) -> Iterator[Values]:
    if database.engine == readers.SQLITE:
        with closing(SqliteValues(storage.path_of(database))) as values:
            yield values
        return
    with schemas.importer(settings.POSTGRES) as connection:
        yield PostgresValues(connection, database.name)

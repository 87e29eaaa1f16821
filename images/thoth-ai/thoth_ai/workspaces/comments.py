"""The words about tables and columns as comments of PostgreSQL, for whoever looks there.

Only what somebody or a language model wrote is there, and what a name was in the file: comments
are read by every role, also one that may not read the values that other words are derived of.
"""

import itertools
import logging
from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.db.models import Q
from psycopg import sql

from thoth_ai.errors import ServerError
from thoth_ai.postgres import schemas
from thoth_ai.postgres.schemas import Connection
from thoth_ai.workspaces import readers
from thoth_ai.workspaces.models import Column, Database, Table

logger = logging.getLogger(__name__)

Described = Table | Column
Named = tuple[str, str]
"""A table and one of its columns; the table itself has an empty one."""


def write(connection: Connection, schema: str, database: Database) -> None:
    """Comment on everything of a database that was just imported."""
    said = ~Q(description="") | Q(told_by_model=True)
    tables = Table.objects.filter(said, database=database)
    columns = Column.objects.filter(said | ~Q(values=""), table__database=database)
    old = _old_names(database)
    words = dict.fromkeys(old, "") | _words([*tables, *columns.select_related("table")])
    _write(connection, schema, {named: (text, old.get(named, "")) for named, text in words.items()})


def follow(rows: Sequence[Described]) -> None:
    """Say what is said now of what changed; should PostgreSQL be away, the old words stay."""
    tables = [row.pk for row in rows if isinstance(row, Table)]
    columns = [row.pk for row in rows if isinstance(row, Column)]
    found = Database.objects.filter(engine=readers.POSTGRES)
    here = Q(tables__in=tables) | Q(tables__columns__in=columns)
    for database in found.filter(here).distinct():
        own = Table.objects.filter(database=database, pk__in=tables)
        its = Column.objects.filter(table__database=database, pk__in=columns)
        _follow(database, [*own, *its.select_related("table")])


def _follow(database: Database, rows: Iterable[Described]) -> None:
    old = _old_names(database)
    words = {named: (text, old.get(named, "")) for named, text in _words(rows).items()}
    try:
        with schemas.importer(settings.POSTGRES) as connection:
            _write(connection, database.name, words)
    except ServerError as error:
        logger.warning("comments in PostgreSQL stay as they were: %s", error)


def _words(rows: Iterable[Described]) -> dict[Named, str]:
    return {
        (row.name, "") if isinstance(row, Table) else (row.table.name, row.name): _text(row)
        for row in rows
    }


def _text(row: Described) -> str:
    written = row.description or (row.derived if row.told_by_model else "")
    return "\n".join(filter(None, (written, row.values if isinstance(row, Column) else "")))


def _old_names(database: Database) -> dict[Named, str]:
    renamed: Mapping[str, Mapping[str, str]] = database.report.get("renamed", {})
    return {(table, one): old for table, names in renamed.items() for one, old in names.items()}


def _write(connection: Connection, schema: str, words: Mapping[Named, tuple[str, str]]) -> None:
    """Comment on some tables at a time: one transaction can hold only so many locks."""
    by_table = itertools.groupby(sorted(words), key=lambda named: named[0])
    texts = (
        sql.SQL(";").join(_comment(schema, named, *words[named]) for named in group)
        for _, group in by_table
    )
    while batch := list(itertools.islice(texts, schemas.AT_ONCE)):
        with connection.transaction():
            connection.execute(sql.SQL(";").join(batch))


def _comment(schema: str, named: Named, words: str, old: str) -> sql.Composed:
    table, column = named
    said = "\n".join(filter(None, (words, f"In the file: {old}" if old else "")))
    what = sql.SQL("COLUMN" if column else "TABLE")
    place = sql.Identifier(schema, table, column) if column else sql.Identifier(schema, table)
    return sql.SQL("COMMENT ON {} {} IS {}").format(what, place, sql.Literal(said or None))

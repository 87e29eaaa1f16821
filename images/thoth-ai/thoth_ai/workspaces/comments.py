"""The words about tables and columns as comments of PostgreSQL, for whoever looks there.

Only what somebody wrote is there, what a language model wrote that was told no values, and what a
name was in the file: every role reads comments, also one that may not read the values. What is
derived of these is left out, and what a model may have made of them.
What changes is counted with its database in one transaction, so that comments that could not
follow at once do so later: words that were taken back do not stay with PostgreSQL.
"""

import itertools
import logging
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db.models import F, QuerySet
from psycopg import sql

from thoth_ai.errors import ServerError
from thoth_ai.postgres import schemas
from thoth_ai.postgres.schemas import Connection
from thoth_ai.workspaces import readers
from thoth_ai.workspaces.models import Column, Database, Table, Workspace

logger = logging.getLogger(__name__)

Described = Table | Column
Named = tuple[str, str]
"""A table and one of its columns; the table itself has an empty one."""


def write(connection: Connection, schema: str, database: Database) -> None:
    """Say in a schema what is said of the database; only what differs is written."""
    said = Database.objects.filter(pk=database.pk).values_list("said", flat=True).first()
    there = schemas.comments(connection, schema, database.file)
    if said is None or not there:
        return  # it was replaced meanwhile, or its schema is gone
    words = _words(database)
    changed = {named for named, text in there.items() if text != words.get(named, text)}
    _write(connection, schema, {named: words[named] for named in changed})
    Database.objects.filter(pk=database.pk).update(commented=said)


def outdate(workspace: Workspace) -> None:
    """Note that other words are said now; call it in their transaction."""
    workspace.databases.update(said=F("said") + 1)


def due() -> QuerySet[Database]:
    """Return the databases whose comments say what was said before."""
    return Database.objects.filter(engine=readers.POSTGRES).exclude(commented=F("said"))


def follow_if_possible(workspace: Workspace) -> None:
    """Say at once what is said now; should PostgreSQL be away, `refresh_due` does it later."""
    try:
        _refresh(due().filter(workspace=workspace))
    except ServerError as error:
        logger.warning("comments in PostgreSQL wait to be written: %s", error)


def refresh_due() -> int:
    """Write the comments that are due; raises ServerError once all that can be is written."""
    return _refresh(due()) if settings.POSTGRES else 0


def _refresh(databases: Iterable[Database]) -> int:
    refreshed, trouble = 0, None
    for database in databases:
        try:
            _follow(database)
            refreshed += 1
        except ServerError as error:  # another's schema may well be free
            trouble = error
    if trouble:
        raise trouble
    return refreshed


def _follow(database: Database) -> None:
    """One at a time, or older words could be written after newer ones."""
    with (
        schemas.importer(settings.POSTGRES) as connection,
        schemas.held(connection, f"comments of {database.file}"),
    ):
        write(connection, database.name, database)


def _words(database: Database) -> dict[Named, str]:
    tables = Table.objects.filter(database=database)
    columns = Column.objects.filter(table__database=database).select_related("table")
    renamed: Mapping[str, Mapping[str, str]] = database.report.get("renamed", {})
    old = {(table, one): name for table, names in renamed.items() for one, name in names.items()}
    rows: Iterable[Described] = itertools.chain(tables, columns.defer("profile"))
    told = database.report.get("models", {}).get("told_values", True)
    words = dict.fromkeys(old, "") | {_name(row): _text(row, told=told) for row in rows}
    return {named: _with_old(text, old.get(named, "")) for named, text in words.items()}


def _name(row: Described) -> Named:
    return (row.name, "") if isinstance(row, Table) else (row.table.name, row.name)


def _text(row: Described, *, told: bool) -> str:
    """A model that was told any values may have named them wherever it wrote: in one answer."""
    written = row.description or (row.derived if row.told_by_model and not told else "")
    return "\n".join(filter(None, (written, row.values if isinstance(row, Column) else "")))


def _with_old(words: str, old: str) -> str:
    return "\n".join(filter(None, (words, f"In the file: {old}" if old else "")))


def _write(connection: Connection, schema: str, words: Mapping[Named, str]) -> None:
    """Comment on some tables at a time: one transaction can hold only so many locks."""
    by_table = itertools.groupby(sorted(words), key=lambda named: named[0])
    texts = (
        sql.SQL(";").join(_comment(schema, named, words[named]) for named in group)
        for _, group in by_table
    )
    while batch := list(itertools.islice(texts, schemas.AT_ONCE)):
        with connection.transaction():
            connection.execute(sql.SQL(";").join(batch))


def _comment(schema: str, named: Named, said: str) -> sql.Composed:
    table, column = named
    what = sql.SQL("COLUMN" if column else "TABLE")
    place = sql.Identifier(schema, table, column) if column else sql.Identifier(schema, table)
    return sql.SQL("COMMENT ON {} {} IS {}").format(what, place, sql.Literal(said or None))

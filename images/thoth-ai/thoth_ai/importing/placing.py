"""Where an import puts the rows: a file on the data volume, or a schema of PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import psycopg
from django.conf import settings

from thoth_ai.answering.sqlite_reader import SqliteReader
from thoth_ai.importing import one_file, publishing, trial, trimming
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.options import Options
from thoth_ai.importing.postgres import loading, resuming
from thoth_ai.importing.postgres.loading import Load, Loaded
from thoth_ai.importing.postgres.translation import NotTranslatedError, Translator, spellings
from thoth_ai.importing.question_file import Proposal
from thoth_ai.importing.reporting import Phase, Progress, Watched
from thoth_ai.importing.staging import Staging
from thoth_ai.postgres import schemas
from thoth_ai.postgres.connecting import Postgres
from thoth_ai.postgres.schemas import Connection
from thoth_ai.profiles import passing
from thoth_ai.values.reading import PostgresValues, SqliteValues, Values
from thoth_ai.workspaces import comments, readers
from thoth_ai.workspaces.models import Database


@dataclass(frozen=True, slots=True)
class Batch:
    """The tables to be brought, the checksum of their file, and how they are wanted."""

    tables: tuple[TableSchema, ...]
    sha256: str
    options: Options


class Place(Protocol):
    """One import's rows on their way to where they are read."""

    engine: str

    @property
    def mark(self) -> str:
        """Return what `Database.file` will say."""

    def narrow(self, tables: Sequence[TableSchema], options: Options) -> Sequence[str]:
        """See to it that only these tables can be read there; return what is to be told."""

    def load(self, batch: "Batch", reporter: Progress) -> Loaded:
        """Bring the rows there, unseen; returns the tables as they are there."""

    def adopt(self, proposal: Proposal, *, native: bool) -> Proposal | str:
        """Return the question with SQL that runs there, or why there is none."""

    def values(self) -> Values:
        """Return what reads the values of the columns, still unseen."""

    def publish(self, database: Database) -> None:
        """Let them be read; called last in the transaction that registers them."""


@contextmanager
def chosen(staging: Staging) -> Iterator[Place]:
    """Give the place this installation imports into."""
    if settings.POSTGRES is None:
        yield FilePlace(staging)
        return
    mark = staging.folder.name
    with schemas.importer(settings.POSTGRES) as connection, schemas.living(connection, mark):
        place = SchemaPlace(staging, connection, settings.POSTGRES)
        try:
            yield place
        finally:
            place.clear()


@dataclass(slots=True)
class FilePlace:
    """The received file itself becomes the database."""

    staging: Staging
    engine: str = readers.SQLITE

    @property
    def mark(self) -> str:
        """Return the name of the file to be."""
        return self.staging.published_name

    def narrow(self, tables: Sequence[TableSchema], options: Options) -> Sequence[str]:
        """Take the others out of the file."""
        if not options.only and not options.exclude:
            return ()
        kept = [table.name for table in tables]
        return trimming.trim(self.staging.database, kept)

    def load(self, batch: Batch, reporter: Progress) -> Loaded:
        """Nothing is to be brought anywhere; the rows are looked at all the same."""
        watched = Watched(reporter, Phase.PROFILE, sum(table.rows for table in batch.tables))
        reports = passing.profiled(self.staging.database, batch.tables, watched.heard)
        loaded = loading.whole(batch.tables, reports)
        loaded.warnings.extend(one_file.told(self.staging.database, batch.options))
        return loaded

    def adopt(self, proposal: Proposal, *, native: bool) -> Proposal | str:  # noqa: ARG002 - SQLite's either way
        """Return the question if its SQL is allowed and runs."""
        return trial.objection(SqliteReader(self.staging.database), proposal.sql) or proposal

    def values(self) -> Values:
        """Read them from the file."""
        return SqliteValues(self.staging.database)

    def publish(self, database: Database) -> None:
        """Move the file to where its row says it is."""
        publishing.publish(self.staging, database)


@dataclass(slots=True)
class SchemaPlace:
    """The rows are copied into a schema of their own."""

    staging: Staging
    connection: Connection
    postgres: Postgres
    engine: str = readers.POSTGRES
    translator: Translator | None = None

    @property
    def mark(self) -> str:
        """Return the mark of the schema."""
        return self.staging.folder.name

    def narrow(self, tables: Sequence[TableSchema], options: Options) -> Sequence[str]:  # noqa: ARG002 - as said
        """Others are not brought."""
        return ()

    def load(self, batch: Batch, reporter: Progress) -> Loaded:
        """Copy the rows, and let the reader see them for the trial."""
        file = self.staging.database
        load = Load(file, batch.sha256, batch.tables, batch.options, self.postgres, self.mark)
        loaded = load.run(self.connection, reporter)
        schemas.grant(self.connection, schemas.unseen(self.mark), self.postgres.reader.user)
        self.translator = Translator(
            SqliteReader(self.staging.database),
            readers.postgres_reader(schemas.unseen(self.mark)),
            spellings(batch.tables, loaded.tables),
        )
        return loaded

    def adopt(self, proposal: Proposal, *, native: bool) -> Proposal | str:
        """Try SQL of PostgreSQL as it is; other SQL must give the same rows on both sides."""
        assert self.translator is not None  # noqa: S101 - load comes first
        if native:
            reader = self.translator.postgres
            return trial.objection(reader, proposal.sql, readers.POSTGRES) or proposal
        try:
            return self.translator(proposal)
        except NotTranslatedError as error:
            return str(error)

    def values(self) -> Values:
        """Read them from the schema."""
        return PostgresValues(self.connection, schemas.unseen(self.mark))

    def publish(self, database: Database) -> None:
        """Give the schema its words and its name; should the commit fail, a sweep takes it back."""
        comments.write(self.connection, schemas.unseen(self.mark), database)
        schemas.publish(self.connection, database.name, self.mark)

    def clear(self) -> None:
        """Remove what was not registered; what a lost connection leaves, the sweep removes."""
        if not _answers(self.connection):
            return
        if not Database.objects.filter(file=self.mark).exists():
            schemas.drop(self.connection, self.mark)
            _mend(self.connection)


def _answers(connection: Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def sweep(*, spare_begun: bool = False) -> int:
    """Finish or take back what killed imports left in PostgreSQL; return how much was removed.

    What a killed import had begun can be spared, for the next of the same file goes on with it.
    """
    if settings.POSTGRES is None:
        return 0
    with schemas.importer(settings.POSTGRES) as connection:
        return _mend(connection, resuming.spared(connection) if spare_begun else frozenset())


def _mend(connection: Connection, spared: frozenset[str] = frozenset()) -> int:
    dead = schemas.dead(connection)
    found = {mark: name for mark, name in dead.items() if mark not in spared}
    # Only now: an import that was alive when they were listed may have committed since.
    rows = Database.objects.filter(engine=readers.POSTGRES).values_list("file", "name")
    return schemas.mend(connection, found, dict(rows))

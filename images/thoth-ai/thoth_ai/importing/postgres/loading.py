"""Loads every table of a SQLite file into an unseen schema, side by side, and then links them."""

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from psycopg import sql

from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.importing.checks import UNREADABLE, damaged, opened
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.options import OBSERVED, Options
from thoth_ai.importing.postgres import (
    encoding,
    keys,
    names,
    rejects,
    resuming,
    translation,
    views,
)
from thoth_ai.importing.postgres.copying import Copying, described
from thoth_ai.importing.postgres.names import Renaming
from thoth_ai.importing.postgres.report import Report, TableReport
from thoth_ai.importing.postgres.together import Together
from thoth_ai.importing.reporting import Phase, Progress
from thoth_ai.postgres import schemas
from thoth_ai.postgres.connecting import Postgres
from thoth_ai.postgres.schemas import Connection

MOST_COLUMNS = 1_600
MOST_AT_ONCE = 4
"""Each takes a connection and a chunk of rows, so that memory is bounded on however many cores."""
FORMAT = "2"


@dataclass(slots=True)
class Loaded:
    """The tables as they are now and as they were declared, and what could not be kept."""

    tables: tuple[TableSchema, ...]
    declared: tuple[TableSchema, ...]
    warnings: list[str] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    renaming: Renaming | None = None

    @property
    def sources(self) -> tuple[TableSchema, ...]:
        """Return the tables as they are in the file."""
        return self.renaming.before if self.renaming else self.declared


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be loaded, and where to."""

    path: Path
    sha256: str
    tables: tuple[TableSchema, ...]
    options: Options
    postgres: Postgres
    mark: str

    @property
    def identity(self) -> str:
        """Return what two imports must share for one to go on with the other's tables."""
        chosen = [self.options.names, self.options.types, [table.name for table in self.tables]]
        return json.dumps([FORMAT, self.sha256, chosen])

    def run(self, connection: Connection, reporter: Progress) -> Loaded:
        """Build the unseen schema."""
        began = time.monotonic()
        _require_columns(self.tables)
        renaming = names.renamed(self.tables, self.options.names)
        finished = resuming.begin(connection, self.mark, self.identity)
        with self._inside(connection):
            rejects.create(connection)
            reports = self._copied(renaming, finished, reporter)
            tables = tuple(map(described, renaming.after, reports))
            told = [*renaming.told(self.options.names), *_told(reports)]
            told += self._linked(connection, renaming, tables)
            if not rejects.count(connection):
                rejects.drop(connection)
            resuming.end(connection)
        seconds = time.monotonic() - began
        old = renaming.old_names()
        report = Report(tuple(reports), seconds, encoding.name(), len(finished), old)
        return Loaded(tables, renaming.after, told, report, renaming)

    def _copied(
        self, renaming: Renaming, finished: Mapping[str, TableReport], reporter: Progress
    ) -> list[TableReport]:
        total = sum(table.rows for table in self.tables)
        reporter.progress(Phase.LOAD, 0, total, "rows")
        reports = dict(finished)
        pairs = [
            pair
            for pair in zip(renaming.before, renaming.after, strict=True)
            if pair[0].name not in finished
        ]
        together = Together(min(MOST_AT_ONCE, len(os.sched_getaffinity(0)), max(len(pairs), 1)))
        copies = [
            Copying(
                self.path, self.path.parent, old, new, self.options.types == OBSERVED,
                together.heard,
            )
            for old, new in sorted(pairs, key=lambda pair: -pair[0].rows)
        ]  # fmt: skip
        before = sum(report.rows_in for report in finished.values())
        for report in together.run(
            copies,
            self._worker,
            lambda rows: reporter.progress(Phase.LOAD, min(before + rows, total), total, "rows"),
        ):
            reports[report.source] = report
            self._limit(reports.values())
        reporter.progress(Phase.LOAD, total, total, "rows")
        return [reports[table.name] for table in self.tables]

    def _limit(self, reports: Iterable[TableReport]) -> None:
        most = self.options.max_rejects
        found = sum(report.diverted for report in reports)
        if most is not None and found > most:
            raise ServerError(
                f"{found:,} values fit no column, more than the {most:,} allowed.",
                hint="Allow more with --max-rejects, or mend the values in the SQLite file.",
                code="too_many_rejects",
                exit_code=ExitCode.NOT_VERIFIED,
            )

    @contextmanager
    def _worker(self) -> Iterator[Connection]:
        """Give a connection that works inside the schema."""
        with schemas.importer(self.postgres) as connection, self._inside(connection):
            # Publishing waits for the disk, and everything before it waits with it.
            connection.execute("SET synchronous_commit = off")
            yield connection

    @contextmanager
    def _inside(self, connection: Connection) -> Iterator[None]:
        place = sql.Identifier(schemas.unseen(self.mark))
        connection.execute(sql.SQL("SET search_path = {}, pg_temp").format(place))
        yield
        if not connection.closed:
            connection.execute("RESET search_path")

    def _linked(
        self, connection: Connection, renaming: Renaming, tables: Sequence[TableSchema]
    ) -> list[str]:
        keys.forget_references(connection, schemas.unseen(self.mark))
        found = list(keys.references(connection, tables))
        known = translation.spellings(renaming.before, renaming.after)
        try:
            with closing(opened(self.path)) as source:
                found += views.add(connection, source, known)
        except UNREADABLE as error:
            raise damaged(str(error)) from error
        return found


def whole(tables: Sequence[TableSchema], reports: Iterable[TableReport]) -> Loaded:
    """Return what is told of a file that stays one: every row is where it was."""
    began = time.monotonic()
    kept, told = tuple(tables), tuple(reports)
    return Loaded(kept, kept, report=Report(told, time.monotonic() - began, encoder="none"))


def _told(reports: Sequence[TableReport]) -> list[str]:
    found = [warning for report in reports for warning in report.warnings]
    for report in reports:
        found += [
            f"{report.name}.{column.name}: {column.diverted:,} values are no {column.type};"
            f" they are kept in {rejects.TABLE}"
            for column in report.columns
            if column.diverted
        ]
    return found


def _require_columns(tables: Sequence[TableSchema]) -> None:
    for table in tables:
        if len(table.columns) > MOST_COLUMNS:
            raise ServerError(
                f"{table.name} has {len(table.columns):,} columns; PostgreSQL takes"
                f" {MOST_COLUMNS:,}.",
                hint="Leave it out with --exclude, or import it into a standalone stack.",
                code="too_many_columns",
            )

"""Copies every table of a SQLite file into a schema, in one transaction, and counts the rows."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from psycopg import sql

from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.importing.checks import opened, quoted
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.postgres import columns, keys, names
from thoth_ai.importing.reporting import Phase, Progress
from thoth_ai.postgres import schemas
from thoth_ai.postgres.schemas import Connection

PORTION = 2_000


@dataclass(slots=True)
class Loaded:
    """The tables as they are now and as they were declared, and what could not be kept."""

    tables: tuple[TableSchema, ...]
    declared: tuple[TableSchema, ...]
    warnings: list[str] = field(default_factory=list)


def load(
    path: Path, tables: Sequence[TableSchema], connection: Connection, mark: str, reporter: Progress
) -> Loaded:
    """Build the unseen schema; a failure leaves nothing of it."""
    accepted = names.acceptable(tables)
    loaded = Loaded(accepted, accepted)
    for table, old, new in names.renamed(tables, accepted):
        loaded.warnings.append(f"{table}: the column {old!r} is called {new!r} here")
    with closing(opened(path)) as source, connection.transaction():
        schemas.create(connection, mark)
        place = sql.Identifier(schemas.unseen(mark))
        connection.execute(sql.SQL("SET LOCAL search_path = {}, pg_temp").format(place))
        work = _Load(source, connection, loaded.warnings, _progress(tables, reporter))
        pairs = zip(tables, accepted, strict=True)
        loaded.tables = tuple(work.table(old, new) for old, new in pairs)
        loaded.warnings += keys.add(connection, source, loaded.tables)
    return loaded


@dataclass(slots=True)
class _Load:
    source: sqlite3.Connection
    target: Connection
    warnings: list[str]
    done: Callable[[int], None]
    broken: int = 0

    def table(self, old: TableSchema, new: TableSchema) -> TableSchema:
        """Create and fill one table; return it with the types it has now."""
        found = columns.profiles(self.source, old)
        kinds = [
            columns.chosen(column.declared_type, profile)
            for column, profile in zip(old.columns, found, strict=True)
        ]
        self._create(new, kinds)
        converters = [
            columns.converter(kind, profile) for kind, profile in zip(kinds, found, strict=True)
        ]
        self._copy(old, new, converters)
        self._verify(new)
        self._tell(old, kinds, sum(profile.nuls for profile in found))
        return replace(
            new,
            columns=tuple(
                replace(column, declared_type=kind)
                for column, kind in zip(new.columns, kinds, strict=True)
            ),
        )

    def _create(self, table: TableSchema, kinds: Sequence[str]) -> None:
        parts = [
            sql.SQL("{} {}{}").format(
                sql.Identifier(column.name),
                sql.SQL(kind),
                sql.SQL(" NOT NULL" if column.not_null else ""),
            )
            for column, kind in zip(table.columns, kinds, strict=True)
        ]
        self.target.execute(
            sql.SQL("CREATE TABLE {} ({})").format(
                sql.Identifier(table.name), sql.SQL(", ").join(parts)
            )
        )

    def _copy(
        self,
        old: TableSchema,
        new: TableSchema,
        converters: Sequence[Callable[[object], object] | None],
    ) -> None:
        self.broken = 0
        self.source.text_factory = self._decoded
        rows = self._rows(old, converters)
        text = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(new.name))
        with self.target.cursor().copy(text) as copy:
            for row in rows:
                copy.write_row(row)

    def _rows(
        self, table: TableSchema, converters: Sequence[Callable[[object], object] | None]
    ) -> Iterator[Sequence[object]]:
        listed = ", ".join(quoted(column.name) for column in table.columns)
        cursor = self.source.execute(f"SELECT {listed} FROM {quoted(table.name)}")  # noqa: S608 - quoted
        changing = [(at, convert) for at, convert in enumerate(converters) if convert]
        while portion := cursor.fetchmany(PORTION):
            for row in portion:
                if changing:
                    values = list(row)
                    for at, convert in changing:
                        values[at] = convert(values[at])
                    yield values
                else:
                    yield row
            self.done(len(portion))

    def _decoded(self, raw: bytes) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            self.broken += 1
            return raw.decode("utf-8", "replace")

    def _verify(self, table: TableSchema) -> None:
        count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table.name))
        row = self.target.execute(count).fetchone()
        if row != (table.rows,):
            raise ServerError(
                f"{table.name}: {table.rows} rows were read, {row and row[0]} arrived.",
                hint="Import again; if it happens twice, check the disks and report it.",
                code="not_verified",
                exit_code=ExitCode.NOT_VERIFIED,
            )

    def _tell(self, table: TableSchema, kinds: Sequence[str], nuls: int) -> None:
        for column, kind in zip(table.columns, kinds, strict=True):
            if columns.widened(column.declared_type, kind):
                said = f"{table.name}.{column.name}: not every value is {column.declared_type}"
                self.warnings.append(f"{said}, so that the column is a text")
        if changed := nuls + self.broken:
            self.warnings.append(
                f"{table.name}: {changed} texts hold characters PostgreSQL lacks, shown as"
                " \N{REPLACEMENT CHARACTER}"
            )


def _progress(tables: Sequence[TableSchema], reporter: Progress) -> Callable[[int], None]:
    total = sum(table.rows for table in tables)
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        reporter.progress(Phase.LOAD, done, total, "rows")

    reporter.progress(Phase.LOAD, 0, total, "rows")
    return step

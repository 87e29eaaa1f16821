"""One table's way from SQLite into PostgreSQL: created, filled, verified and keyed at once."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

import psycopg
from psycopg import sql

from thoth_ai.importing.checks import UNREADABLE, damaged, opened, quoted
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.postgres import columns, encoding, keys, rejects, verification
from thoth_ai.importing.postgres.kinds import BOOLEAN, Kind
from thoth_ai.importing.postgres.report import TableReport
from thoth_ai.importing.postgres.trying import create
from thoth_ai.importing.postgres.verification import Sent
from thoth_ai.postgres.schemas import Connection

INTEGER = 1
ROW_NUMBERS = ("rowid", "_rowid_", "oid")


class MisjudgedError(Exception):
    """Too many values are not of the type their column was given."""

    def __init__(self, doubtful: Sequence[int]) -> None:
        super().__init__("too many misfits")
        self.doubtful = doubtful


@dataclass(slots=True)
class Copying:
    """What one table needs; `heard` gets rows and rejects as they pass, and may raise."""

    path: Path
    folder: Path
    source: TableSchema
    target: TableSchema
    widen: bool
    heard: Callable[[int, int], None]
    warnings: list[str] = field(default_factory=list)

    def run(self, connection: Connection) -> TableReport:
        """Load it in one transaction of the caller's; a second attempt takes whatever comes."""
        try:
            with closing(opened(self.path)) as source:
                kinds = columns.declared(source, self.source)
                if self.widen:
                    try:
                        return self._attempt(connection, source, kinds, final=False)
                    except (MisjudgedError, psycopg.errors.NotNullViolation) as error:
                        kinds = self._widened(source, kinds, error)
                return self._attempt(connection, source, kinds, final=True)
        except UNREADABLE as error:
            raise damaged(str(error)) from error

    def _widened(
        self, source: sqlite3.Connection, kinds: Sequence[Kind], error: Exception
    ) -> list[Kind]:
        doubtful = error.doubtful if isinstance(error, MisjudgedError) else ()
        found = list(kinds)
        for at, kind in columns.observed(source, self.source, doubtful, self._strict()).items():
            column = self.source.columns[at]
            if kind is not found[at]:
                said = f"{self.target.name}.{column.name}: too many values are no {found[at].name}"
                self.warnings.append(f"{said}, so that the column is a {kind.name}")
            found[at] = kind
        return found

    def _attempt(
        self,
        connection: Connection,
        source: sqlite3.Connection,
        kinds: Sequence[Kind],
        *,
        final: bool,
    ) -> TableReport:
        with connection.transaction(), closing(self._spool()) as spool:
            self._create(connection, kinds, final=final)
            encoder = encoding.opened(self.asked(kinds))
            try:
                self._copy(connection, encoder, spool, kinds, final=final)
                totals, rows, sketches = encoder.totals(), encoder.rows, encoder.sketches()
            finally:
                encoder.close()
            spool.send(connection)
            parts = zip_longest(self.target.columns, kinds, totals, sketches)
            sent = [Sent(column.name, *rest) for column, *rest in parts]  # type: ignore[arg-type]  # as zipped
            verification.verify(connection, self.target.name, self.source.rows, rows, sent)
            if final:
                self._require_values(connection, sent)
            now = typed(self.target, [kind.name for kind in kinds])
            self.warnings += keys.add(connection, source, self.source, now)
            return TableReport.of(self.source.name, self.target.name, rows, sent, self.warnings)

    def _create(self, connection: Connection, kinds: Sequence[Kind], *, final: bool) -> None:
        parts = [
            sql.SQL("{} {}{}").format(
                sql.Identifier(column.name),
                sql.SQL(kind.name),
                sql.SQL(" NOT NULL" if column.not_null and not final else ""),
            )
            for column, kind in zip(self.target.columns, kinds, strict=True)
        ]
        name = sql.Identifier(self.target.name)
        create(connection, sql.SQL("CREATE TABLE {} ({})").format(name, sql.SQL(", ").join(parts)))

    def _copy(
        self,
        connection: Connection,
        encoder: encoding.Encoder,
        spool: rejects.Spool,
        kinds: Sequence[Kind],
        *,
        final: bool,
    ) -> None:
        told = 0
        text = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(
            sql.Identifier(self.target.name)
        )
        with connection.cursor().copy(text) as copy:
            while chunk := encoder.chunk(encoding.CHUNK):
                copy.write(chunk)
                misfits = encoder.misfits()
                if misfits:
                    spool.add(misfits)
                    if not final:
                        self._judge(encoder, misfits, kinds)
                self.heard(encoder.rows - told, len(misfits))
                told = encoder.rows

    def _judge(
        self, encoder: encoding.Encoder, misfits: Sequence[encoding.Misfit], kinds: Sequence[Kind]
    ) -> None:
        """A column that must have values takes no misfit, a boolean no other integer."""
        strict = self._strict() | {
            at for at, _, (kind, _), _ in misfits if kinds[at] is BOOLEAN and kind == INTEGER
        }
        found = [one[1] for one in encoder.totals()]
        doubtful = [
            at
            for at, count in enumerate(found)
            if count and (at in strict or count > columns.SHARE * self.source.rows)
        ]
        if doubtful:
            raise MisjudgedError(doubtful)

    def _strict(self) -> set[int]:
        return {
            at
            for at, column in enumerate(self.source.columns)
            if column.not_null or column.primary_key_position
        }

    def _require_values(self, connection: Connection, sent: Sequence[Sent]) -> None:
        """Have NOT NULL where it holds, and say where it does not."""
        wanted = [
            one for one, column in zip(sent, self.target.columns, strict=True) if column.not_null
        ]
        holding = [one for one in wanted if not one.totals[0] and not one.totals[1]]
        self.warnings += [
            f"{self.target.name}.{one.name}: NOT NULL was not kept: some values are missing"
            for one in wanted
            if one not in holding
        ]
        if holding:
            changes = [
                sql.SQL("ALTER COLUMN {} SET NOT NULL").format(sql.Identifier(one.name))
                for one in holding
            ]
            table = sql.Identifier(self.target.name)
            connection.execute(
                sql.SQL("ALTER TABLE {} {}").format(table, sql.SQL(", ").join(changes))
            )

    def asked(self, kinds: Sequence[Kind]) -> encoding.Asked:
        """Return the query of all columns and of what else tells a row from others."""
        own = [column.name for column in self.source.columns]
        extra = [self._row_number()] if self._row_number() else []
        listed = ", ".join([*map(quoted, own), *extra])
        key = (len(own),) if extra else tuple(at for at, _ in self._key())
        return encoding.Asked(
            place=encoding.place(self.path),
            query=f"SELECT {listed} FROM {quoted(self.source.name)}",  # noqa: S608 - quoted
            kinds="".join(kind.letter for kind in kinds),
            key=key,
        )

    def _row_number(self) -> str:
        """Return the name under which SQLite gives the row's number, if it has one."""
        taken = {column.name.lower() for column in self.source.columns}
        if not self.source.has_row_numbers:
            return ""
        return next((name for name in ROW_NUMBERS if name not in taken), "")

    def _key(self) -> list[tuple[int, str]]:
        part = [
            (column.primary_key_position, at, column.name)
            for at, column in enumerate(self.source.columns)
            if column.primary_key_position
        ]
        return [(at, name) for _, at, name in sorted(part)]

    def _spool(self) -> rejects.Spool:
        names = [column.name for column in self.target.columns]
        key = ["rowid"] if self._row_number() else [name for _, name in self._key()]
        return rejects.Spool(self.folder, self.target.name, names, key)


def described(table: TableSchema, report: TableReport) -> TableSchema:
    """Return the table with the types it has now."""
    return typed(table, [column.type for column in report.columns])


def typed(table: TableSchema, types: Sequence[str]) -> TableSchema:
    """Return the table with other types."""
    pairs = zip(table.columns, types, strict=True)
    return replace(table, columns=tuple(replace(one, declared_type=kind) for one, kind in pairs))

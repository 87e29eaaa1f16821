"""The profile of a file that stays one: the encoder reads it, and nobody takes what it writes."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from thoth_ai.importing.checks import UNREADABLE, damaged, opened, quoted
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.postgres import columns, encoding
from thoth_ai.importing.postgres.encoding import Asked
from thoth_ai.importing.postgres.kinds import TEXT, Kind
from thoth_ai.importing.postgres.python_encoder import PythonEncoder, connected
from thoth_ai.importing.postgres.report import ColumnReport, TableReport
from thoth_ai.importing.postgres.verification import Sent

LIKE_TEXT = 0.01
FEW_ROWS = 2_000
Heard = Callable[[int], None]


def profiled(path: Path, tables: Sequence[TableSchema], heard: Heard) -> Iterator[TableReport]:
    """Return a report of each table; `heard` gets the rows as they pass, and may raise."""
    try:
        with (
            closing(opened(path)) as source,
            closing(connected(encoding.place(path))) as shared,
        ):
            for table in tables:
                kinds = columns.declared(source, table)
                yield _report(table, _Pass(path, shared, table, heard).seen(kinds))
    except UNREADABLE as error:
        raise damaged(str(error)) from error


@dataclass(frozen=True, slots=True)
class _Pass:
    """One table; where it is small, opening the file for it would take longer than reading it."""

    path: Path
    shared: sqlite3.Connection
    table: TableSchema
    heard: Heard

    def seen(self, kinds: Sequence[Kind]) -> list[Sent]:
        """A column whose values are not as declared is looked at once more, as texts."""
        sent = self._read(kinds, self.heard)
        doubtful = [one.totals[1] > LIKE_TEXT * self.table.rows for one in sent]
        if not any(doubtful):
            return sent
        others = [TEXT if bad else kind for bad, kind in zip(doubtful, kinds, strict=True)]
        return self._read(others, lambda _: self.heard(0))

    def _read(self, kinds: Sequence[Kind], heard: Heard) -> list[Sent]:
        names = ", ".join(quoted(column.name) for column in self.table.columns)
        query = f"SELECT {names} FROM {quoted(self.table.name)}"  # noqa: S608 - quoted
        asked = Asked(encoding.place(self.path), query, "".join(kind.letter for kind in kinds), ())
        told = 0
        with closing(self._opened(asked)) as encoder:
            while encoder.chunk(encoding.CHUNK):
                encoder.misfits()
                heard(encoder.rows - told)
                told = encoder.rows
            parts = zip(
                self.table.columns, kinds, encoder.totals(), encoder.sketches(), strict=True
            )
            return [Sent(column.name, *rest) for column, *rest in parts]  # type: ignore[arg-type]  # as zipped

    def _opened(self, asked: Asked) -> encoding.Encoder:
        if self.table.rows > FEW_ROWS:
            return encoding.opened(asked)
        return PythonEncoder(self.shared, asked.query, asked.kinds, asked.key, asked.kept)


def _report(table: TableSchema, sent: Sequence[Sent]) -> TableReport:
    """Nothing was diverted: what does not fit its declaration is where it was.

    It is not in the sum of the others, which so does not name what the column holds.
    """
    columns = tuple(
        ColumnReport(
            one.name,
            column.declared_type,
            one.totals[0],
            0,
            "" if one.totals[1] else f"{one.totals[2]:016x}",
            one.profiled(table.rows),
        )
        for column, one in zip(table.columns, sent, strict=True)
    )
    return TableReport(table.name, table.name, table.rows, table.rows, 0, columns)

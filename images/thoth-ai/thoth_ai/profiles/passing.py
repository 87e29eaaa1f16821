"""The profile of a file that stays one: the encoder reads it, and nobody takes what it writes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from thoth_ai.importing.checks import UNREADABLE, damaged, opened, quoted
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.postgres import columns, encoding
from thoth_ai.importing.postgres.encoding import Asked
from thoth_ai.importing.postgres.kinds import TEXT, Kind
from thoth_ai.importing.postgres.report import ColumnReport, TableReport
from thoth_ai.importing.postgres.verification import Sent

LIKE_TEXT = 0.01
Heard = Callable[[int], None]


def profiled(path: Path, tables: Sequence[TableSchema], heard: Heard) -> Iterator[TableReport]:
    """Return a report of each table; `heard` gets the rows as they pass, and may raise."""
    for table in tables:
        try:
            with closing(opened(path)) as source:
                sent = _seen(path, table, columns.declared(source, table), heard)
        except UNREADABLE as error:
            raise damaged(str(error)) from error
        yield _report(table, sent)


def _seen(path: Path, table: TableSchema, kinds: Sequence[Kind], heard: Heard) -> list[Sent]:
    """A column whose values are not as declared is looked at once more, as texts."""
    sent = _read(path, table, kinds, heard)
    doubtful = [one.totals[1] > LIKE_TEXT * table.rows for one in sent]
    if not any(doubtful):
        return sent
    others = [TEXT if bad else kind for bad, kind in zip(doubtful, kinds, strict=True)]
    return _read(path, table, others, lambda _: heard(0))


def _read(path: Path, table: TableSchema, kinds: Sequence[Kind], heard: Heard) -> list[Sent]:
    names = ", ".join(quoted(column.name) for column in table.columns)
    query = f"SELECT {names} FROM {quoted(table.name)}"  # noqa: S608 - quoted
    letters = "".join(kind.letter for kind in kinds)
    told = 0
    with closing(encoding.opened(Asked(encoding.place(path), query, letters, ()))) as encoder:
        while encoder.chunk(encoding.CHUNK):
            encoder.misfits()
            heard(encoder.rows - told)
            told = encoder.rows
        parts = zip(table.columns, kinds, encoder.totals(), encoder.sketches(), strict=True)
        return [Sent(column.name, *rest) for column, *rest in parts]  # type: ignore[arg-type]  # as zipped


def _report(table: TableSchema, sent: Sequence[Sent]) -> TableReport:
    """Nothing was diverted: what does not fit its declaration is where it was."""
    columns = tuple(
        ColumnReport(
            one.name,
            column.declared_type,
            one.totals[0],
            0,
            f"{one.totals[2]:016x}",
            one.profiled(table.rows),
        )
        for column, one in zip(table.columns, sent, strict=True)
    )
    return TableReport(table.name, table.name, table.rows, table.rows, 0, columns)

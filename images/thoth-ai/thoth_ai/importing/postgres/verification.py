"""Whether what PostgreSQL has is what was read: rows, values and hashes of every column."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.importing.postgres.encoding import Totals
from thoth_ai.importing.postgres.kinds import Kind
from thoth_ai.importing.postgres.python_sketch import Sketched
from thoth_ai.postgres.schemas import Connection
from thoth_ai.profiles import column
from thoth_ai.profiles.column import ColumnProfile

MOST_AT_ONCE = 500
WHOLE = 2**64


@dataclass(frozen=True, slots=True)
class Sent:
    """A column as it was sent: its name and type, and the encoder's sums and sketch."""

    name: str
    kind: Kind
    totals: Totals
    sketch: Sketched | None = None

    def values(self, rows: int) -> int:
        """Return how many of the rows have a value."""
        return rows - self.totals[0] - self.totals[1]

    def profiled(self, rows: int) -> ColumnProfile | None:
        """Return what was remembered of the values on their way."""
        if self.sketch is None:
            return None
        return column.profiled(self.kind.letter, rows, self.totals[0], self.sketch)


def verify(
    connection: Connection, table: str, counted: int, rows: int, columns: Sequence[Sent]
) -> None:
    """Compare both sides; raises ServerError at the first difference."""
    _same(f"{table}: rows", counted, rows)
    for first in range(0, max(len(columns), 1), MOST_AT_ONCE):
        part = columns[first : first + MOST_AT_ONCE]
        found = _sums(connection, table, part)
        _same(f"{table}: rows", rows, found[0])
        for at, one in enumerate(part):
            values, hashed = found[1 + 2 * at], found[2 + 2 * at]
            _same(f"{table}.{one.name}: values", one.values(rows), values)
            _same(f"{table}.{one.name}: hash", one.totals[2], int(hashed or 0) % WHOLE)


def _sums(connection: Connection, table: str, columns: Sequence[Sent]) -> Sequence[int]:
    parts = [sql.SQL("count(*)")]
    for one in columns:
        name = sql.Identifier(one.name).as_string()
        parts.append(sql.SQL(f"count({name}), sum({_term(one.kind, name)})"))
    row = connection.execute(
        sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(parts), sql.Identifier(table))
    ).fetchone()
    return [int(value or 0) for value in row or ()]


def _term(kind: Kind, name: str) -> str:
    return kind.term.replace("{c}", name)


def _same(what: str, sent: int, found: int) -> None:
    if sent != found:
        raise ServerError(
            f"{what} differ: {sent} were sent, {found} arrived.",
            hint="Import again; if it happens twice, check the disks and report it.",
            code="not_verified",
            exit_code=ExitCode.NOT_VERIFIED,
        )

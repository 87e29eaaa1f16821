"""Values that fit no column: kept beside the tables, with the row they belong to."""

import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from psycopg import sql

from thoth_ai.importing.postgres.encoding import CLASSES, REASONS, Misfit, Stored
from thoth_ai.importing.postgres.python_encoder import END, HEAD
from thoth_ai.postgres.schemas import Connection

TABLE = "~rejects"
SMALL = 1024 * 1024
_CREATE = sql.SQL(
    "CREATE TABLE IF NOT EXISTS {} (table_name text NOT NULL, row_key text NOT NULL,"
    " column_name text NOT NULL, storage_class text NOT NULL, raw bytea NOT NULL,"
    " reason text NOT NULL)"
).format(sql.Identifier(TABLE))


def create(connection: Connection) -> None:
    """Make the table for them."""
    connection.execute(_CREATE)


def count(connection: Connection) -> int:
    """Return how many there are."""
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(TABLE)))
    return int((row.fetchone() or (0,))[0])


def drop(connection: Connection) -> None:
    """Remove the table again: there are none."""
    connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(TABLE)))


class Spool:
    """Keeps the rejects of one table on the disk until its rows are through."""

    def __init__(
        self, folder: Path, table: str, columns: Sequence[str], key: Sequence[str]
    ) -> None:
        self.count = 0
        self._table, self._columns, self._key = table, columns, key
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(SMALL, dir=str(folder))  # noqa: SIM115 - closed by close

    def add(self, misfits: Sequence[Misfit]) -> None:
        """Write some down as COPY wants them."""
        self.count += len(misfits)
        for at, reason, (kind, raw), key in misfits:
            fields = (
                _text(self._table),
                _text(self._row(key)),
                _text(self._columns[at]),
                CLASSES[kind].encode(),
                raw,
                REASONS[reason].encode(),
            )
            self._file.write(struct.pack(">h", len(fields)))
            self._file.writelines(struct.pack(">i", len(one)) + one for one in fields)

    def send(self, connection: Connection) -> None:
        """Store them, in the transaction of their table."""
        if not self.count:
            return
        self._file.seek(0)
        text = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(TABLE))
        with connection.cursor().copy(text) as copy:
            copy.write(HEAD)
            while chunk := self._file.read(SMALL):
                copy.write(chunk)
            copy.write(END)

    def close(self) -> None:
        """Forget them."""
        self._file.close()

    def _row(self, key: tuple[Stored, ...]) -> str:
        return ", ".join(
            f"{name}={_shown(value)}" for name, value in zip(self._key, key, strict=True)
        )


def _shown(value: Stored) -> str:
    """Write a value as SQL does."""
    kind, raw = value
    match CLASSES[kind]:
        case "integer":
            return str(int.from_bytes(raw, "big", signed=True))
        case "real":
            return repr(struct.unpack(">d", raw)[0])
        case "text":
            return "'" + raw.decode("utf-8", "backslashreplace").replace("'", "''") + "'"
        case "blob":
            return f"x'{raw.hex()}'"
    return "NULL"


def _text(value: str) -> bytes:
    return value.encode("utf-8", "replace").replace(b"\0", b"\\x00")

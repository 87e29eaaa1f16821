"""The physical limit: what PostgreSQL itself wrote, sent back over one connection."""

import time
from collections.abc import Sequence
from pathlib import Path

from psycopg import sql

from tests.bench.measuring import Measured, watched
from tests.services.postgres_server import Server
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.postgres import schemas

NAME = "prebuilt files"
CHUNK = 256 * 1024


def sent(server: Server, tables: Sequence[TableSchema], mark: str, folder: Path) -> Measured:
    """Send files that are written the first time."""
    with schemas.importer(server.settings) as connection:
        place = sql.Identifier(schemas.unseen(mark))
        connection.execute(sql.SQL("SET search_path = {}").format(place))
        connection.execute("CREATE SCHEMA IF NOT EXISTS limits")
        files = {table.name: folder / f"{at}.bin" for at, table in enumerate(tables)}
        for name, file in files.items():
            if not file.exists():
                _dump(connection, name, file)
        with watched() as grown:
            began = time.perf_counter()
            for name, file in files.items():
                _send(connection, name, file)
            seconds = time.perf_counter() - began
        connection.execute("DROP SCHEMA limits CASCADE")
    return Measured(NAME, seconds, sum(table.rows for table in tables), memory=grown[0])


def _dump(connection: schemas.Connection, name: str, file: Path) -> None:
    text = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(name))
    with file.open("wb") as target, connection.cursor().copy(text) as copy:
        for piece in copy:
            target.write(piece)


def _send(connection: schemas.Connection, name: str, file: Path) -> None:
    place = sql.Identifier("limits", name)
    with connection.transaction(), file.open("rb") as source:
        like = sql.SQL("CREATE TABLE {} (LIKE {})").format(place, sql.Identifier(name))
        connection.execute(like)
        text = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(place)
        with connection.cursor().copy(text) as copy:
            while chunk := source.read(CHUNK):
                copy.write(chunk)

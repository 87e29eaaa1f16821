"""The ways of getting a SQLite file into PostgreSQL: ours, the physical limit, and others'."""

import importlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from tests.bench.measuring import Measured, timed, watched
from tests.importing import generated
from tests.services.postgres_server import Server
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.options import Options
from thoth_ai.importing.postgres import keys, verification
from thoth_ai.importing.postgres.loading import Load
from thoth_ai.postgres import schemas

PGLOADER_SECONDS = float(os.environ.get("THOTH_BENCH_PGLOADER_SECONDS", "600"))
CHUNK = 256 * 1024


class Silent:
    """Hears nothing."""

    def progress(self, *_: object) -> None: ...


def ours(
    server: Server, made: generated.Made, tables: tuple[TableSchema, ...], mark: str
) -> Measured:
    parts: dict[str, float] = {}
    load = Load(made.path, mark, tables, Options(), server.settings, mark)
    with (
        schemas.importer(server.settings) as connection,
        watched() as grown,
        timed(verification, "verify", parts),
        timed(keys, "add", parts),
    ):
        began = time.perf_counter()
        loaded = load.run(connection, Silent())
        seconds = time.perf_counter() - began
    report = loaded.report
    return Measured(
        mark, seconds, report.rows, grown[0], made.rows - report.rows,
        abs(report.diverted - made.dirt), parts,
    )  # fmt: skip


def prebuilt(server: Server, tables: Sequence[TableSchema], mark: str, folder: Path) -> Measured:
    """Send what the server itself wrote, over one connection: the physical limit."""
    with schemas.importer(server.settings) as connection:
        place = sql.Identifier(schemas.unseen(mark))
        connection.execute(sql.SQL("SET search_path = {}").format(place))
        connection.execute("CREATE SCHEMA IF NOT EXISTS limits")
        files = {table.name: folder / f"{at}.bin" for at, table in enumerate(tables)}
        for name, file in files.items():
            if not file.exists():
                _dump(connection, name, file)
        began = time.perf_counter()
        for name, file in files.items():
            _send(connection, name, file)
        seconds = time.perf_counter() - began
        connection.execute("DROP SCHEMA limits CASCADE")
    return Measured("prebuilt files", seconds, sum(table.rows for table in tables))


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


def pgloader(server: Server, made: generated.Made) -> Measured | None:
    """Let Debian's do it, without indexes and into a database of its own."""
    if not _installed("pgloader"):
        return None
    with suppress(psycopg.Error):
        server.run("DROP DATABASE IF EXISTS pgloader")
    server.run("CREATE ROLE pgloader SUPERUSER LOGIN PASSWORD 'x'") if not _role(server) else None
    server.run("CREATE DATABASE pgloader OWNER pgloader")
    target = f"postgresql://pgloader:x@127.0.0.1:{server.settings.port}/pgloader"
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as root, suppress(subprocess.TimeoutExpired):
        subprocess.run(
            (shutil.which("pgloader") or "", "--root-dir", root, "--with", "create no indexes", f"sqlite://{made.path}", target),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
            timeout=PGLOADER_SECONDS,
        )  # fmt: skip
    seconds = time.perf_counter() - began
    found = server.run(
        "SELECT coalesce(sum((xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM"
        " %I.%I', schemaname, relname), false, true, '')))[1]::text::bigint), 0)"
        " FROM pg_stat_user_tables", "pgloader",
    )  # fmt: skip
    return Measured("pgloader", seconds, int(found[0][0]), 0, made.rows - int(found[0][0]))


def _role(server: Server) -> bool:
    return bool(server.run("SELECT 1 FROM pg_roles WHERE rolname = 'pgloader'"))


def _installed(program: str) -> bool:
    if not shutil.which(program) and not os.geteuid() and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (
            ("update", "-qq"),
            ("install", "-y", "-qq", "--no-install-recommends", program),
        ):
            command = ("apt-get", *words)
            subprocess.run(command, env=environment, check=False, capture_output=True)
    return bool(shutil.which(program))


def duckdb(server: Server, made: generated.Made) -> Measured | None:
    """Let DuckDB's extensions do it, where the library and its extensions are there."""
    if importlib.util.find_spec("duckdb") is None:
        return None
    library = importlib.import_module("duckdb")
    with suppress(psycopg.Error):
        server.run("DROP DATABASE IF EXISTS duckdb")
    server.run("CREATE DATABASE duckdb")
    try:
        connection = library.connect()
        for extension in ("sqlite", "postgres"):
            connection.execute(f"INSTALL {extension}; LOAD {extension};")
        began = time.perf_counter()
        connection.execute(f"ATTACH '{made.path}' AS source (TYPE sqlite)")
        connection.execute(f"ATTACH '{server.superuser} dbname=duckdb' AS target (TYPE postgres)")
        connection.execute("COPY FROM DATABASE source TO target")
        return Measured("duckdb", time.perf_counter() - began, made.rows)
    except library.Error as error:
        print(f"duckdb: {str(error).splitlines()[0][:100]}")
        return None

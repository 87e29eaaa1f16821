"""Other ways of getting a SQLite file into PostgreSQL, where they can be had."""

import importlib
import importlib.util
import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import psycopg

from tests.bench.measuring import Measured, fresh, watched
from tests.importing import generated
from tests.services.postgres_server import Server

PGLOADER_SECONDS = float(os.environ.get("THOTH_BENCH_PGLOADER_SECONDS", "60"))
COUNT = (
    "SELECT coalesce(sum((xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM"
    " %I.%I', schemaname, relname), false, true, '')))[1]::text::bigint), 0)"
    " FROM pg_stat_user_tables"
)
REALS = ("value", "raw")
Taken = tuple[float, float]
"""Seconds, and MiB of memory."""
Rival = Callable[[Server, generated.Made, str], Taken]


def all_of(server: Server, kinds: dict[str, generated.Made]) -> Iterator[Measured]:
    """Let each that is there take in each file; what it lost and altered is looked up."""
    for name, rival in (("pgloader", _pgloader), ("adbc", _adbc)):
        if not _is_there(name):
            print(f"{name} is not here and cannot be had: it is left out")
            continue
        for kind, made in kinds.items():
            server.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            server.run(f"CREATE DATABASE {name}")
            seconds, memory = rival(server, made, name)
            rows = int(server.run(COUNT, name)[0][0])
            altered = _altered(server, made, name) if kind == "clean" else None
            yield Measured(f"{name} {kind}", seconds, rows, made.rows - rows, altered, memory)


def _altered(server: Server, made: generated.Made, database: str) -> int:
    """Count the doubles of one table that are not among the file's."""
    altered = 0
    with closing(sqlite3.connect(made.path)) as source:
        for column in REALS:
            text = f"SELECT {column} FROM readings"
            found, wanted = (
                np.sort(np.fromiter((one for (one,) in rows), np.float64))
                for rows in (server.run(text, database), source.execute(text))
            )
            altered += int((~np.isin(found, wanted)).sum())
    return altered


def _is_there(name: str) -> bool:
    if name == "pgloader":
        return _installed(name)
    return all(map(importlib.util.find_spec, ("adbc_driver_sqlite", "adbc_driver_postgresql")))


def _pgloader(server: Server, made: generated.Made, database: str) -> Taken:
    """Let Debian's do it, without indexes; on dirty files it hangs, so it has its time."""
    if not server.run("SELECT 1 FROM pg_roles WHERE rolname = 'pgloader'"):
        server.run("CREATE ROLE pgloader SUPERUSER LOGIN PASSWORD 'x'")
    target = f"postgresql://pgloader:x@127.0.0.1:{server.settings.port}/{database}"
    words = ("--with", "create no indexes", f"sqlite://{made.path}", target)
    with tempfile.TemporaryDirectory() as root:
        return _peak(shutil.which("pgloader") or "", "--root-dir", root, *words)


def _peak(*command: str) -> Taken:
    """Run a program until its time is over, and return what it took."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    timer = threading.Timer(PGLOADER_SECONDS, process.kill)
    timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def _adbc(server: Server, made: generated.Made, database: str) -> Taken:
    place = (
        f"postgresql:///{database}?host={_folder(server)}&port={server.settings.port}&user=postgres"
    )
    return fresh(_through_arrow, made.path, place)


def _through_arrow(path: Path, place: str) -> Taken:
    """Let Arrow's drivers do it, table by table; one that fails brings none of its rows."""
    source, target = (
        importlib.import_module(f"adbc_driver_{name}.dbapi") for name in ("sqlite", "postgresql")
    )
    with watched() as grown:
        began = time.perf_counter()
        for table in generated.SHARES:
            with (
                source.connect(f"file:{path}?mode=ro&immutable=1") as one,
                target.connect(place) as other,
                one.cursor() as reading,
                other.cursor() as writing,
                suppress(source.Error),
            ):
                reading.execute(f'SELECT * FROM "{table}"')
                writing.adbc_ingest(table, reading.fetch_arrow(), mode="create")
                other.commit()
        seconds = time.perf_counter() - began
    return seconds, grown[0]


def _folder(server: Server) -> str:
    return psycopg.conninfo.conninfo_to_dict(server.superuser)["host"]  # type: ignore[return-value]


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

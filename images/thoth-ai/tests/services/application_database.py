"""A fresh application database for every test, of the kind the environment asks for."""

import atexit
import functools
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.services import postgres_server
from tests.services.postgres_server import Server

if TYPE_CHECKING:  # importing it needs Django set up
    from thoth_ai.workspaces.models import Database

PROJECT = Path(__file__).parents[2]
ON_POSTGRES = os.environ.get("THOTH_TEST_DATABASE", "sqlite") == "postgres"
IMPORTED = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$|public$)'"
HELD = """
    SELECT 1 FROM pg_locks
    JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND datname = '{}'
"""
NOTICED_SECONDS = 20
_NUMBERS = count()
needs_file = pytest.mark.skipif(ON_POSTGRES, reason="there rows leave the file; runs on SQLite")
needs_postgres = pytest.mark.skipif(not ON_POSTGRES, reason="`make server` runs it on PostgreSQL")


def host() -> str:
    """Start what the settings are to find; return where."""
    started = server()
    return started.settings.host if started else ""


@functools.cache
def server() -> Server | None:
    """Return the PostgreSQL of this session, migrated, if one is wanted."""
    if not ON_POSTGRES:
        return None
    stack = ExitStack()
    atexit.register(stack.close)
    started = stack.enter_context(postgres_server.running())
    os.environ.update(started.variables)
    program = "from thoth_ai import entry; entry.main(entry.migrate)"
    subprocess.run((sys.executable, "-c", program), cwd=PROJECT, check=True, capture_output=True)
    return started


def copy(template: Path | Server, folder: Path) -> str:
    """Make a copy of the migrated database; return its name for Django."""
    if isinstance(template, Path):
        return str(shutil.copyfile(template, folder / "thoth.sqlite"))
    name = f"test_{next(_NUMBERS)}"
    template.run(f"CREATE DATABASE {name} TEMPLATE {template.settings.database}")
    return name


def discard(template: Path | Server, name: str) -> None:
    """Drop a copy, and whatever was imported."""
    if isinstance(template, Path):
        return
    template.run(f"DROP DATABASE {name} WITH (FORCE)")
    data = template.settings.data_database
    for schema in schemas():
        quoted = schema.replace('"', '""')
        template.run(f'DROP SCHEMA "{quoted}" CASCADE', data)


def schemas() -> list[str]:
    """Return what is imported into PostgreSQL, or on its way."""
    if not (started := server()):
        return []
    return [str(name) for (name,) in started.run(IMPORTED, started.settings.data_database)]


def await_end_of_imports() -> None:
    """Until the server has noticed that a killed import is gone: its locks are gone then, too."""
    if not (started := server()):
        return
    held = HELD.format(started.settings.data_database)
    deadline, pause = time.monotonic() + NOTICED_SECONDS, threading.Event()
    while started.run(held):
        assert time.monotonic() < deadline, "an import that was killed holds its locks"
        pause.wait(0.02)


def lose(data: Path, database: "Database") -> None:
    """Take the rows of an imported database away behind the server's back."""
    if started := server():
        started.run(f'DROP SCHEMA "{database.name}" CASCADE', started.settings.data_database)
    else:
        (data / "databases" / database.file).unlink()


def name_in_use() -> str:
    """Return the name of this test's copy."""
    from django.db import connections  # noqa: PLC0415 - needs Django set up

    return str(connections["default"].settings_dict["NAME"])


def variables() -> dict[str, str]:
    """Return what a process of its own needs to use this test's copy."""
    started = server()
    return {**started.variables, "POSTGRES_DB": name_in_use()} if started else {}


def either(sqlite: str, postgres: str) -> str:
    """Return what this session's databases say."""
    return postgres if ON_POSTGRES else sqlite

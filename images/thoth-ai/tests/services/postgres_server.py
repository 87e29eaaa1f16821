"""A PostgreSQL of the tests' own, set up with the script that the stack renders."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.services import programs
from thoth_ai.postgres.connecting import Postgres, Role

SCRIPT = Path(__file__).parents[4] / "templates" / "postgres" / "init.sql.j2"
ROLES = ("migrator", "app", "importer", "reader")
QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
}


@dataclass(frozen=True)
class Server:
    """A running server: `settings` for the product, `superuser` for the tests."""

    settings: Postgres
    superuser: str
    restart: Callable[[], None]

    @property
    def variables(self) -> dict[str, str]:
        """Return the environment of a process that uses it."""
        roles = {
            f"POSTGRES_{name.upper()}_PASSWORD": getattr(self.settings, name).password
            for name in ROLES
        }
        place = {"POSTGRES_HOST": self.settings.host, "POSTGRES_PORT": str(self.settings.port)}
        # The stores of vectors have tests of their own; this server may lack the extension.
        names = {"POSTGRES_DB": self.settings.database, "VECTOR_STORE": "embedded"}
        return {**place, **roles, **names}

    def run(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement as the superuser."""
        with psycopg.connect(self.superuser, dbname=database, autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []


@contextmanager
def running() -> Iterator[Server]:
    """Start a server in a folder of its own, and end it."""
    programs_folder = programs.postgres()
    folder = Path(tempfile.mkdtemp(prefix="thoth-postgres-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    try:
        _make(programs_folder, folder)
        port = _free_port()
        _control(programs_folder, folder, "start", "-w", "-o", _options(folder, port))
        try:
            yield _set_up(programs_folder, folder, port)
        finally:
            _control(programs_folder, folder, "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def rendered(**values: object) -> str:
    """Render the script as the stack does, for its plain values and its one condition."""
    text = re.sub(r"{% if [a-z ]+ %}.*?{% endif %}\n", "", SCRIPT.read_text(), flags=re.DOTALL)
    return re.sub(r"{{ (\w+) }}", lambda found: str(values[found[1]]), text)


def _make(programs_folder: Path, folder: Path) -> None:
    command = (programs_folder / "initdb", "-D", folder / "data", "-U", "postgres", "-N")
    auth = ("--auth-local=trust", "--auth-host=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8")
    _run(*command, *auth)


def _control(programs_folder: Path, folder: Path, *arguments: str) -> None:
    log = folder / "log"
    _run(programs_folder / "pg_ctl", "-D", folder / "data", "-l", log, "-s", *arguments)


def _options(folder: Path, port: int) -> str:
    settings = {**QUICK, "port": str(port), "unix_socket_directories": str(folder)}
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _set_up(programs_folder: Path, folder: Path, port: int) -> Server:
    roles = {name: Role(f"thoth_{name}", f"{name}'s pass\\word") for name in ROLES}
    settings = Postgres(
        host="127.0.0.1",
        port=port,
        database="thoth",
        data_database="thoth_data",
        ssl_mode="prefer",
        pool_size=20,
        **roles,
    )
    script = rendered(
        **{name: f"thoth_{name}" for name in ROLES},
        database="thoth",
        data_database="thoth_data",
        reader_connections=40,
        reader_temp_files="50MB",
    )
    superuser = f"host={folder} port={port} user=postgres"
    psql = (programs_folder / "psql", "-X", "-q", f"{superuser} dbname=postgres")
    for _ in range(2):  # it must be safe to run again
        _run(*psql, content=script)

    def restart() -> None:
        stop = ("-m", "immediate")
        _control(programs_folder, folder, "restart", "-w", *stop, "-o", _options(folder, port))

    server = Server(settings, superuser, restart)
    for name in ROLES:
        role = getattr(settings, name)
        password = role.password.replace("'", "''")
        server.run(f"ALTER ROLE {role.user} PASSWORD '{password}'")
    return server


def _run(*command: object, content: str = "") -> None:
    arguments = [str(one) for one in command]
    done = subprocess.run(
        arguments,
        input=content,
        capture_output=not arguments[0].endswith("pg_ctl"),  # its server would keep the pipes
        text=True,
        cwd="/",
        check=False,
        user=programs.unprivileged(),
        group=programs.unprivileged(),
    )
    assert done.returncode == 0, f"{arguments[0]}: {done.stderr}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

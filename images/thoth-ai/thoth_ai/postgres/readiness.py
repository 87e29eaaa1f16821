"""Whether PostgreSQL can be used, and what is in the way when it cannot."""

import logging
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.postgres.connecting import Postgres, Role

logger = logging.getLogger("thoth_ai.setup")

OLDEST = 150_000
PATIENCE = 120.0
PAUSE, TOLD_EVERY = 0.5, 10.0
MAINTENANCE = "postgres"


def await_ready(
    postgres: Postgres, role: Role, database: str, *, seconds: float = PATIENCE
) -> None:
    """Return when the database takes this role; raises ServerError with what is in the way."""
    _await_answer(postgres, role, database, seconds)
    try:
        with psycopg.connect(**_arguments(postgres, role, database)) as connection:
            _check_version(connection)
    except psycopg.OperationalError as error:
        raise _refused(postgres, role, database, error) from error


def require_extension(connection: psycopg.Connection[Any], name: str) -> None:
    """Refuse a database that lacks an extension."""
    found = connection.execute("SELECT 1 FROM pg_extension WHERE extname = %s", (name,)).fetchone()
    if found is None:
        raise ServerError(
            f"The database {connection.info.dbname} lacks the extension {name}.",
            hint=f"As its superuser run: CREATE EXTENSION {name};",
            code="postgres_extension",
            exit_code=ExitCode.INCOMPATIBLE,
        )


def wait_until(is_so: Callable[[], bool], told: str, seconds: float) -> bool:
    """Look again and again, and say from time to time what is waited for."""
    deadline = time.monotonic() + seconds
    tell = time.monotonic() + PAUSE
    while not is_so():
        now = time.monotonic()
        if now > deadline:
            return False
        if now > tell:
            logger.info("waiting for %s", told)
            tell = now + TOLD_EVERY
        time.sleep(min(PAUSE, seconds))
    return True


def _await_answer(postgres: Postgres, role: Role, database: str, seconds: float) -> None:
    conninfo = make_conninfo("", **_arguments(postgres, role, database)).encode()

    def answers() -> bool:
        return PGconn.ping(conninfo) == Ping.OK

    place = f"{postgres.host}:{postgres.port}"
    if wait_until(answers, f"PostgreSQL at {place}", seconds):
        return
    if _listens(postgres):
        raise ServerError(
            f"PostgreSQL at {place} was still starting after {seconds:g} s.",
            hint="Look into its log; a recovery can take minutes. Then start again.",
            code="postgres_starting",
            exit_code=ExitCode.NOT_HEALTHY,
        )
    raise ServerError(
        f"PostgreSQL at {place} did not answer within {seconds:g} s.",
        hint="Check POSTGRES_HOST and POSTGRES_PORT, and that the server runs and may be reached.",
        code="postgres_unreachable",
        exit_code=ExitCode.NETWORK,
    )


def _listens(postgres: Postgres) -> bool:
    """Tell a server that does not answer yet from none; one that starts turns clients away."""
    if postgres.host.startswith("/"):
        return Path(postgres.host, f".s.PGSQL.{postgres.port}").exists()
    try:
        socket.create_connection((postgres.host, postgres.port), timeout=5).close()
    except OSError:
        return False
    return True


def _check_version(connection: psycopg.Connection[Any]) -> None:
    version = connection.info.server_version
    if version < OLDEST:
        raise ServerError(
            f"PostgreSQL {version // 10_000} is too old.",
            hint=f"Use PostgreSQL {OLDEST // 10_000} or newer.",
            code="postgres_version",
            exit_code=ExitCode.INCOMPATIBLE,
        )


def _refused(
    postgres: Postgres, role: Role, database: str, error: psycopg.OperationalError
) -> ServerError:
    """Tell a missing database from a wrong password: libpq hands over no code, so try another."""
    said = " ".join(str(error).split())
    if database != MAINTENANCE and _can_connect(postgres, role, MAINTENANCE):
        return ServerError(
            f"The role {role.user} cannot open the database {database}: {said}",
            hint=f"Create it, and let {role.user} connect to it: CREATE DATABASE {database};",
            code="postgres_database",
            exit_code=ExitCode.CHECK_FAILED,
        )
    return ServerError(
        f"PostgreSQL does not let the role {role.user} in: {said}",
        hint=f"Give the password that {role.user} has there; roles and passwords are set when"
        " PostgreSQL starts.",
        code="postgres_password",
        exit_code=ExitCode.INVALID_INPUT,
    )


def _can_connect(postgres: Postgres, role: Role, database: str) -> bool:
    try:
        psycopg.connect(**_arguments(postgres, role, database)).close()
    except psycopg.OperationalError:
        return False
    return True


def _arguments(postgres: Postgres, role: Role, database: str) -> dict[str, Any]:
    return dict(postgres.parameters(role, database))

"""The application's own database as Django wants it described."""

from pathlib import Path
from typing import Any

from thoth_ai.postgres import connecting
from thoth_ai.postgres.connecting import Postgres, Role


def chosen(data: Path, server: Postgres | None) -> dict[str, Any]:
    """Return PostgreSQL where there is one, else the file."""
    if server is None:
        return sqlite(data)
    return postgres(server, connecting.role_of_process(server))


def sqlite(data: Path) -> dict[str, Any]:
    """Return the file on the data volume."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(data / "thoth.sqlite"),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 10,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def postgres(server: Postgres, role: Role) -> dict[str, Any]:
    """Return the server, behind a pool: threads come and go, connections stay."""
    options = server.parameters(role, server.database)
    for name in ("host", "port", "dbname", "user", "password"):
        del options[name]
    pool = {"min_size": 1, "max_size": server.pool_size, "timeout": 10}
    return {
        "ENGINE": "thoth_ai.postgres.backend",
        "NAME": server.database,
        "HOST": server.host,
        "PORT": server.port,
        "USER": role.user,
        "PASSWORD": role.password,
        "CONN_MAX_AGE": 0,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {**options, "pool": pool},
    }

"""What a server of the stack is asked about its databases, over its local socket."""

import json
from collections.abc import Mapping

from thothctl.errors import (
    EngineRefusedError,
    NoSpaceError,
    tells_no_space,
)
from thothctl.model.install import Install
from thothctl.model.observed import Condition
from thothctl.operations.backup_postgres import COUNTS, PSQL
from thothctl.world import World
from thothctl.world.backups import Inside

MAINTENANCE = "postgres"
NAMES = (
    "SELECT coalesce(json_object_agg(datname, pg_database_size(oid)), '{}') FROM pg_database"
    " WHERE NOT datistemplate;"
)

COPYING = """
SELECT coalesce(sum((pg_stat_file(path, true)).size), 0)::bigint
FROM pg_ls_dir('base') folder, LATERAL (
    SELECT 'base/' || folder || '/' || file AS path
    FROM pg_ls_dir('base/' || folder, true, false) file
) files
WHERE folder ~ '^[0-9]+$' AND folder NOT IN (SELECT oid::text FROM pg_database);
"""
"""Bytes of databases that are still being made: no catalogue has them yet."""


def server_of(world: World, install: Install, service: str) -> str:
    """The running container of a server; raises EngineRefusedError where none runs."""
    for one in world.engine.observe(install.uuid).containers:
        if one.service == service and one.condition is not Condition.STOPPED:
            return one.id
    raise EngineRefusedError(
        f"{service} does not run, and its databases are reached through it",
        hint=f"run `thothctl start {service}`, then this again",
    )


def told(world: World, container: str, script: str, database: str = MAINTENANCE) -> str:
    """What the server answers its superuser; the script is given on standard input."""
    said: list[bytes] = []
    program = Inside(container, (*PSQL, database))
    ended = world.toolbox.run(program, feed=[script.encode()], into=said.append)
    if ended.good:
        return b"".join(said).decode().strip()
    if tells_no_space(ended.said):
        raise NoSpaceError(
            "no space left where PostgreSQL keeps its databases",
            hint="free some space there; `thothctl upgrade finalize` removes old copies",
        )
    raise EngineRefusedError(
        f"PostgreSQL refused: {ended.said}", hint="see `thothctl logs postgres`"
    )


def sizes(world: World, container: str) -> Mapping[str, int]:
    """Every database of the server with its bytes."""
    found = json.loads(told(world, container, NAMES))
    return {str(name): int(size) for name, size in found.items()}


def counted(world: World, container: str, database: str) -> Mapping[str, int]:
    """The rows of every table of a database."""
    found = json.loads(told(world, container, COUNTS, database))
    return {str(name): int(count) for name, count in found.items()}


def database_bytes(world: World, server: str, name: str) -> int:
    """What a database takes."""
    return int(told(world, server, f"SELECT pg_database_size('{name}');\n"))


def copied_bytes(world: World, server: str) -> int:
    """What there is so far of a database that is being copied."""
    return int(told(world, server, COPYING))

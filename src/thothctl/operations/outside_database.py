"""What the database of somebody's project is asked before anything is made from it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from thothctl.errors import EngineRefusedError, IncompatibleError, InvalidInputError
from thothctl.model.stack import Stack
from thothctl.operations.backup_postgres import PSQL
from thothctl.operations.known_databases import refuse_strange
from thothctl.operations.outside import Project
from thothctl.operations.taking_in import MAJOR, TABLES_HINT
from thothctl.world import World
from thothctl.world.backups import Inside
from thothctl.world.outsiders import OutsideContainer

ROLES = "SELECT count(*) FROM pg_roles WHERE rolname = ANY(string_to_array('{}', ','))"
DATABASES = (
    "SELECT coalesce(json_agg(json_build_object('name', datname, 'locales',"
    " json_build_array(datcollate, datctype)) ORDER BY datname), '[]') FROM pg_database"
    " WHERE datallowconn AND NOT datistemplate AND datname <> 'postgres'"
)
LOCALES = frozenset(("C", "POSIX", "C.UTF-8", "C.utf8", "en_US.utf8", "en_US.UTF-8"))
"""All that our image has; its `thoth-load` knows the same."""


@dataclass(frozen=True, slots=True)
class Found:
    """A database there, and the locales that its text is sorted and read by."""

    name: str
    locales: tuple[str, ...]


def refuse_other_database(world: World, stack: Stack, project: Project) -> None:
    """A server that is newer than ours, or has not what we serve, is told before all else."""
    if (server := project.database) is None:
        return
    if not server.running:
        raise InvalidInputError(
            f"{server.name} does not run, and its data is read through it",
            hint="start the project, then adopt it",
        )
    number = int(asked(world, server, "SHOW server_version_num")) // 10000
    if number > int(MAJOR):
        raise IncompatibleError(
            f"{server.name} is PostgreSQL {number}; this stack runs {MAJOR}",
            hint="databases go to the same or a newer version only",
        )
    roles = [one.postgres_role for one in stack.secrets if one.postgres_role]
    if int(asked(world, server, ROLES.format(",".join(roles)))) != len(roles):
        raise IncompatibleError(
            f"{server.name} lacks roles of this application: {', '.join(roles)}", hint=TABLES_HINT
        )
    refuse_strange(stack, [one.name for one in databases(world, server)], server.name)
    _refuse_renamed(stack, project)


def _refuse_renamed(stack: Stack, project: Project) -> None:
    """The database that bears our name there may be another than the one that is served."""
    served = project.server.environment.get("POSTGRES_DB", "")
    names = [one.database for one in stack.databases]
    if served and served not in names:
        raise IncompatibleError(
            f"{project.server.name} is served from the database {served}",
            hint=f"rename it there to {' or '.join(names)}, and POSTGRES_DB with it",
        )


def strange_orders(found: tuple[Found, ...]) -> Iterator[tuple[str, str]]:
    """Databases whose text is sorted as our image does not know, and by what."""
    for one in found:
        if unknown := sorted(set(one.locales) - LOCALES):
            yield one.name, ", ".join(unknown)


def databases(world: World, server: OutsideContainer) -> tuple[Found, ...]:
    """All that hold data."""
    listed = json.loads(asked(world, server, DATABASES))
    return tuple(Found(str(one["name"]), tuple(map(str, one["locales"]))) for one in listed)


def user_of(server: OutsideContainer) -> str:
    """Whom its database knows as the superuser."""
    return server.environment.get("POSTGRES_USER", "postgres")


def psql(server: OutsideContainer, *words: str) -> Inside:
    """A session of its own client; `words` follow, the database first."""
    return Inside(server.id, (*PSQL[:1], "-U", user_of(server), *PSQL[1:], *words))


def asked(world: World, server: OutsideContainer, query: str, database: str = "postgres") -> str:
    """The answer of its server to a query."""
    said: list[bytes] = []
    ended = world.toolbox.run(psql(server, database, "-c", query), into=said.append)
    if not ended.good:
        raise EngineRefusedError(
            f"{server.name} did not answer: {ended.said}", hint="see its logs: `docker logs`"
        )
    return b"".join(said).decode().strip()

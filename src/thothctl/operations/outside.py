"""A Compose project that others made: looked at, and changed in nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from thothctl.errors import EngineRefusedError, IncompatibleError, InvalidInputError
from thothctl.model.install import LABEL_INSTALL
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Stack
from thothctl.operations.backup_postgres import PSQL
from thothctl.operations.taking_in import MAJOR
from thothctl.world import World
from thothctl.world.backups import Inside, Program
from thothctl.world.outsiders import OutsideContainer

TITLE, SERVERS = "org.opencontainers.image.title", ("thoth-ai", "thoth-ai-development")
DATA = "/data"
POSTGRES_PLACES = ("/var/lib/postgresql", "/var/lib/postgresql/data", "/data")
ROLES = "SELECT count(*) FROM pg_roles WHERE rolname = ANY(string_to_array('{}', ','))"


@dataclass(frozen=True, slots=True)
class Project:
    """What of a project is of use: who serves, and who keeps its database."""

    name: str
    server: OutsideContainer
    database: OutsideContainer | None

    @property
    def mode(self) -> str:
        return "production" if self.database else "standalone"

    @property
    def writers(self) -> tuple[str, ...]:
        return (self.server.id,) if self.server.running else ()


def project_of(world: World, source: str) -> Project:
    """Read-only; raises for what is no project, ours already, or of another application."""
    world.engine.facts()  # whether there is an engine at all comes first
    containers = world.outsiders.project(source)
    if not containers:
        raise InvalidInputError(
            f"there is neither a file nor a Compose project {source}",
            hint="give a .json, a .tar.gz, or the name or folder of a project; `docker compose ls`",
        )
    if any(LABEL_INSTALL in one.labels for one in containers):
        raise InvalidInputError(
            f"{source} is an install of thothctl already", hint="see `thothctl status`"
        )
    servers = [c for c in containers if _serves(world, c)]
    if not servers:
        raise IncompatibleError(
            f"{source} runs no server of this application that keeps its data in a volume",
            hint="import its databases by `thothctl import-bird`",
        )
    database = next((c for c in containers if c not in servers and _keeps_postgres(c)), None)
    return Project(source, _first(servers), database)


def _serves(world: World, container: OutsideContainer) -> bool:
    image = world.engine.image(container.image)
    named = image is not None and image.labels.get(TITLE) in SERVERS
    return named and DATA in container.mounts


def _keeps_postgres(container: OutsideContainer) -> bool:
    named = any(variable.startswith("POSTGRES_") for variable in container.environment)
    return named and bool(set(POSTGRES_PLACES) & set(container.mounts))


def _first(servers: Sequence[OutsideContainer]) -> OutsideContainer:
    """The one that answers rather than its worker: they share their data."""
    return min(servers, key=lambda one: (one.service == "worker", one.service))


def settings_for(
    stack: Stack, project: Project, given: Mapping[str, SettingValue]
) -> dict[str, SettingValue]:
    """What the project says of itself; everything else is a default."""
    vector = project.server.environment.get("VECTOR_STORE", "")
    if vector in {"chroma", "qdrant"}:
        raise IncompatibleError(
            f"its vectors are kept by {vector}, which is not adopted",
            hint="set VECTOR_STORE=pgvector there, run it once, then adopt it",
        )
    own: dict[str, SettingValue] = {"mode": project.mode, "demo": False}
    if vector:
        own["vector"] = vector
    return stack.complete({**own, **given})


def refuse_other_database(world: World, stack: Stack, project: Project) -> None:
    """A server that is newer than ours, or without our roles, is told before anything is made."""
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
            f"{server.name} lacks roles of this application: {', '.join(roles)}",
            hint="import its databases by `thothctl import-bird`",
        )


def user_of(server: OutsideContainer) -> str:
    """Whom its database knows as the superuser."""
    return server.environment.get("POSTGRES_USER", "postgres")


def asked(world: World, server: OutsideContainer, query: str, database: str = "postgres") -> str:
    """The answer of its server to a query."""
    words = (*PSQL[:1], "-U", user_of(server), *PSQL[1:], database, "-c", query)
    return _heard(world, Inside(server.id, words), server.name)


def _heard(world: World, program: Program, what: str) -> str:
    said: list[bytes] = []
    ended = world.toolbox.run(program, into=said.append)
    if not ended.good:
        raise EngineRefusedError(
            f"{what} did not answer: {ended.said}", hint="see its logs: `docker logs`"
        )
    return b"".join(said).decode().strip()

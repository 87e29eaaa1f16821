"""A Compose project that others made: looked at, and changed in nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from thothctl.errors import IncompatibleError, InvalidInputError
from thothctl.model.install import LABEL_INSTALL
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Stack
from thothctl.operations.loading import PLACE
from thothctl.world import World
from thothctl.world.backups import Mount, Task
from thothctl.world.outsiders import OutsideContainer

PROJECT = "com.docker.compose.project"
TITLE, SERVERS = "org.opencontainers.image.title", ("thoth-ai", "thoth-ai-development")
DATA, FILE = "/data", "thoth.sqlite"
DATABASE_HOST = "POSTGRES_HOST"


@dataclass(frozen=True, slots=True)
class Project:
    """What of a project is of use: who serves and works, and who keeps its database."""

    name: str
    servers: tuple[OutsideContainer, ...]
    """All that run the application; the first has its data."""
    database: OutsideContainer | None

    @property
    def server(self) -> OutsideContainer:
        return self.servers[0]

    @property
    def mode(self) -> str:
        return "production" if self.database else "standalone"

    @property
    def writers(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.servers if one.running)


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
    servers = sorted((one for one in containers if _is_ours(world, one)), key=_rank)
    if not servers or DATA not in servers[0].mounts:
        raise IncompatibleError(
            f"{source} runs no server of this application that keeps its data in a volume",
            hint="give what it keeps itself: its SQLite files to `thothctl import-bird`",
        )
    name = servers[0].labels.get(PROJECT, source)
    return Project(name, tuple(servers), _database(servers[0], containers))


def _is_ours(world: World, container: OutsideContainer) -> bool:
    image = world.engine.image(container.image)
    return image is not None and image.labels.get(TITLE) in SERVERS


def _rank(one: OutsideContainer) -> tuple[bool, bool, bool, str]:
    """First comes who has the data and answers, rather than its worker or a setup that ended."""
    return (DATA not in one.mounts, not one.running, one.service == "worker", one.service)


def _database(
    server: OutsideContainer, containers: Sequence[OutsideContainer]
) -> OutsideContainer | None:
    """Where the server says that its database is; its own files, if it says nothing."""
    host = server.environment.get(DATABASE_HOST, "")
    if not host:
        return None
    for one in containers:
        if host in {one.service, one.name, *one.aliases}:
            return one
    raise IncompatibleError(
        f"{server.name} keeps its data in PostgreSQL at {host}, which is no service of the project",
        hint=f"set {DATABASE_HOST} there to a service of the project that has that database",
    )


def settings_for(stack: Stack, project: Project) -> dict[str, SettingValue]:
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
    return stack.complete(own)


def refuse_empty(world: World, project: Project) -> None:
    """A server without a database of its own keeps it in a file, which has to be there."""
    if project.database:
        return
    place = Mount(project.server.mounts[DATA], PLACE)
    if not world.toolbox.run(Task("", "look", ("test", "-f", f"{PLACE}/{FILE}"), (place,))).good:
        raise IncompatibleError(
            f"{project.server.name} has no {FILE} in {DATA}, so nobody knows where its data is",
            hint="start it once, or give the project that has served",
        )

"""Steps for a PostgreSQL that the user runs: prepared once if asked, checked before any start."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from thothctl.config.scram import verifier
from thothctl.errors import CheckFailedError, EndlessError
from thothctl.model.address import has_own_postgres
from thothctl.model.provider_address import as_rendered
from thothctl.model.secret import Secret
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Stack
from thothctl.operations.plan import Step, step
from thothctl.operations.running import SERVER_SECONDS
from thothctl.operations.steps import install_of
from thothctl.operations.waiting import ended_by
from thothctl.world import ImagePolicy, World

SERVER = "setup"
SUPERUSER = "postgres"
LATE = "see what holds that PostgreSQL up, or whether it can be reached, then try again"
PSQL = """\
IFS= read -r PGPASSWORD; export PGPASSWORD
exec psql --no-psqlrc --quiet --no-password --set ON_ERROR_STOP=1 --file - "$@"
"""


@step
@dataclass(frozen=True)
class PrepareDatabase:
    """Make roles, rights and databases as the superuser; safe to run again."""

    name: str
    stack: str
    settings: Mapping[str, SettingValue]
    secret: str
    why: str
    title: ClassVar[str] = "Database"

    def apply(self, world: World) -> None:
        stack = world.bundles.stack(self.stack)
        database = next(s for s in stack.services if s.name == stack.database_service)
        image = world.images.provide(stack.image(database.image), ImagePolicy.AUTO, "")
        status, said = world.handover.give_once(
            image, ("sh", "-c", PSQL, "sh", self._place()), self._script(world, stack)
        )
        if status != 0:
            raise CheckFailedError(
                f"the databases could not be made: {' / '.join(said.splitlines()[-3:])}",
                hint="look at postgres.host, postgres.superuser and that password, or run "
                "docs/reference/postgres.sql yourself",
            )

    def undo(self, world: World) -> None:
        """Roles and databases stay: the next try finds them, and nothing of the user's is lost."""

    def _place(self) -> str:
        found = as_rendered(self.settings)
        parts = {
            "host": found["postgres.host"],
            "port": found["postgres.port"],
            "user": found["postgres.superuser"],
            "dbname": "postgres",
            "sslmode": found["postgres.sslmode"],
            "connect_timeout": 10,
        }
        return " ".join(f"{name}='{value}'" for name, value in parts.items())

    def _script(self, world: World, stack: Stack) -> Secret:
        """The password comes first: nothing of it is in an argument or a variable of the engine."""
        password = world.installs.secret(self.name, self.secret).reveal().strip()
        text = world.bundles.database_script(stack, self.settings)
        return Secret("\n".join([password, text, *self._passwords(world, stack)]) + "\n")

    def _passwords(self, world: World, stack: Stack) -> Iterator[str]:
        for spec in stack.secrets_for(self.settings):
            if spec.postgres_role:
                value = world.installs.secret(self.name, spec.name).reveal().strip()
                checked = verifier(value, world.entropy.salt())
                yield f"ALTER ROLE \"{spec.postgres_role}\" PASSWORD '{checked}';"


@step
@dataclass(frozen=True)
class CheckDatabase:
    """Come in as every role before anything starts; owns what that alone made on the engine."""

    name: str
    number: int
    previous: int | None
    fresh_volumes: tuple[str, ...]
    why: str
    title: ClassVar[str] = "Database check"

    def apply(self, world: World) -> None:
        folder = world.installs.release_folder(self.name, self.number)
        words, install = ("check-database",), install_of(world, self.name)
        watch = ended_by(world, install, words[0], seconds=SERVER_SECONDS, hint=LATE)
        try:
            status, said = world.compose.once(folder, SERVER, words, watch=watch)
        except EndlessError as error:
            raise CheckFailedError(error.message, hint=error.hint) from error
        if status != 0:
            raise _refusal(status, said)

    def undo(self, world: World) -> None:
        install = install_of(world, self.name)
        world.toolbox.clear(install.uuid)
        if self.previous is None:
            world.engine.remove_containers(install.uuid)
            world.engine.remove_networks(install.uuid)
        world.engine.remove_volumes(install.uuid, self.fresh_volumes)


def used_once(
    stack: Stack, settings: Mapping[str, SettingValue], given: Iterable[str]
) -> tuple[str, ...]:
    """Of the given secrets the one that only prepares the database, and is not kept."""
    secret = superuser_secret(stack)
    return (secret,) if secret in {*given} and has_own_postgres(settings) else ()


class Wanted(Protocol):
    """The part of a request that this module reads."""

    @property
    def name(self) -> str: ...
    @property
    def stack(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, SettingValue]: ...
    @property
    def offered(self) -> tuple[str, ...]: ...


def own_database(
    stack: Stack, request: Wanted, number: int, previous: int | None, volumes: tuple[str, ...]
) -> tuple[Step, ...]:
    """A PostgreSQL of the user's is looked at before anything starts."""
    if not has_own_postgres(request.settings):
        return ()
    secret, name = superuser_secret(stack), request.name
    settings = stack.complete(request.settings)
    prepare = PrepareDatabase(
        name, request.stack, settings, secret, why="its superuser's password was given"
    )
    check = CheckDatabase(name, number, previous, volumes, why="nothing starts on a wrong one")
    return (*([prepare] if secret in request.offered else []), check)


def _refusal(status: int, said: str) -> CheckFailedError:
    """What the server said of the database, with its own next step and exit code."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    hints = [line.removeprefix("hint: ") for line in lines if line.startswith("hint: ")]
    told = [line for line in lines if not line.startswith(("{", "hint: "))]
    return CheckFailedError(
        told[-1] if told else f"the check of the database ended with status {status}",
        hint=hints[-1] if hints else "look at the settings postgres.*",
        exit_code=status,
    )


def superuser_secret(stack: Stack) -> str:
    """The secret that holds the password of the database's superuser."""
    return next((s.name for s in stack.secrets if s.postgres_role == SUPERUSER), "")

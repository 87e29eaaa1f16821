"""The steps that copy what a migration changes, while nobody writes to it."""

from dataclasses import dataclass
from typing import ClassVar

from thothctl.errors import (
    EngineRefusedError,
    EngineUnreachableError,
    IntegrityError,
    NameInUseError,
    NoSpaceError,
    ThothctlError,
)
from thothctl.model.event import Note
from thothctl.operations.bringing_up import bring_up
from thothctl.operations.databases import copied_bytes, counted, database_bytes, told
from thothctl.operations.growing import seen_growing
from thothctl.operations.plan import step
from thothctl.operations.running import STOP_SECONDS, server_up
from thothctl.operations.steps import install_of
from thothctl.operations.waiting import await_healthy
from thothctl.world import World

TRIES = 5
END_SESSIONS = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{source}';\n"
)
END_COPYING = (
    "SELECT count(pg_terminate_backend(pid, 30000)) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND application_name = '{made}';\n"
)
"""A try that was killed goes on within the server."""
COPY = r"""
SET application_name = '{made}';
DROP DATABASE IF EXISTS {made} WITH (FORCE);
SELECT format('CREATE DATABASE {made} TEMPLATE {source} STRATEGY FILE_COPY OWNER %I'
    ' CONNECTION LIMIT %s', pg_get_userbyid(datdba), datconnlimit)
FROM pg_database WHERE datname = '{source}' \gexec
"""
RIGHTS = r"""
REVOKE ALL ON DATABASE {made} FROM PUBLIC;
SELECT format('GRANT %s ON DATABASE {made} TO %s', a.privilege_type,
    CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
WHERE d.datname = '{source}' \gexec
INSERT INTO pg_db_role_setting SELECT made.oid, s.setrole, s.setconfig
FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = '{source}',
    pg_database made WHERE made.datname = '{made}';
COMMENT ON DATABASE {made} IS '{mark}';
"""
DROP = "DROP DATABASE IF EXISTS {made} WITH (FORCE);\n"
MARKED = (
    "SELECT coalesce(shobj_description(oid, 'pg_database'), '?') FROM pg_database"
    " WHERE datname = '{target}';\n"
)


@step
@dataclass(frozen=True)
class StopServices:
    """Stop those who write, so that what is copied is of one moment and nothing is lost."""

    name: str
    number: int
    services: tuple[str, ...]
    why: str
    in_place: bool = False
    """What comes next changes the data itself, no copy of it."""
    title: ClassVar[str] = "Stop"
    momentary: ClassVar[bool] = True

    @property
    def stops(self) -> tuple[str, ...]:
        return self.services

    def apply(self, world: World) -> None:
        folder = world.installs.release_folder(self.name, self.number)
        world.compose.stop(folder, self.services, seconds=STOP_SECONDS)

    def undo(self, world: World) -> None:
        install = install_of(world, self.name)
        release = world.installs.release(self.name, self.number)
        bring_up(world, install, release)
        await_healthy(world, install, release)


@step
@dataclass(frozen=True)
class CloneDatabase:
    """Copy a database within its server, with owner and rights; it has its name when it is whole.

    `mark` tells the copy of this very operation from others.
    """

    name: str
    service: str
    source: str
    target: str
    mark: str
    why: str
    title: ClassVar[str] = "Copy"
    momentary: ClassVar[bool] = True
    copies: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        server = server_up(world, install_of(world, self.name), self.service)
        if found := told(world, server, self._filled(MARKED)):
            if found != self.mark:
                raise NameInUseError(
                    f"a database {self.target} is there already", hint="run the command again"
                )
            told(world, server, f"DROP DATABASE {self.target} WITH (FORCE);\n")
        with seen_growing(
            world,
            self.target,
            "copying",
            lambda: copied_bytes(world, server),
            lambda: database_bytes(world, server, self.source),
        ):
            self._copy(world, server)
        told(world, server, self._filled(RIGHTS))
        before, after = counted(world, server, self.source), counted(world, server, self._made)
        if before != after:
            raise IntegrityError(
                f"the copy of {self.source} does not have the rows of {self.source}",
                hint="see `thothctl logs postgres`; nothing was changed",
            )
        told(world, server, f"ALTER DATABASE {self._made} RENAME TO {self.target};\n")

    def _copy(self, world: World, server: str) -> None:
        """Somebody may sign in between the end of all sessions and the copy."""
        script = self._filled(END_COPYING + END_SESSIONS + COPY)
        for _ in range(TRIES - 1):
            try:
                told(world, server, script)
            except NoSpaceError:
                raise
            except EngineRefusedError:
                world.clock.pause(1)
            else:
                return
        told(world, server, script)

    @property
    def _made(self) -> str:
        return f"{self.target}_new"

    def _filled(self, script: str) -> str:
        return script.format(
            source=self.source, target=self.target, made=self._made, mark=self.mark
        )

    def undo(self, world: World) -> None:
        """A copy that cannot be dropped now harms nobody: `upgrade finalize` finds it."""
        try:
            server = server_up(world, install_of(world, self.name), self.service)
            told(world, server, self._filled(END_COPYING + DROP))
            if told(world, server, self._filled(MARKED)) == self.mark:
                told(world, server, f"DROP DATABASE {self.target} WITH (FORCE);\n")
        except EngineUnreachableError:
            raise  # it is dropped when the engine is back
        except ThothctlError as error:
            world.report(Note(f"The copy {self.target} is still there: {error.message}"))

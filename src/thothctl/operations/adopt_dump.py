"""Databases of somebody's server as of one moment: only the moment needs its writers held."""

import json
from collections.abc import Mapping
from contextlib import ExitStack

from thothctl.errors import EngineRefusedError
from thothctl.model.event import Note
from thothctl.model.install import Install
from thothctl.operations.backup_postgres import CONNECT_SECONDS, COUNT_SECONDS, COUNTS, POINT
from thothctl.operations.loading import PLACE, STAGED, refuse
from thothctl.operations.outside_database import databases, psql, strange_orders, user_of
from thothctl.operations.taking_in import IMPORTING, KIND
from thothctl.world import World
from thothctl.world.backups import Conversation, Inside, Mount, Task
from thothctl.world.outsiders import OutsideContainer

Counts = Mapping[str, Mapping[str, int]]


class Moment:
    """Its sessions are connected before the pause, and keep the moment until all is dumped.

    Everything is asked for through its own server, so that its files are never touched.
    """

    def __init__(self, world: World, server: OutsideContainer, stack: ExitStack) -> None:
        self._world, self._server = world, server
        self._sessions: dict[str, Conversation] = {}
        self._snapshots: dict[str, str] = {}
        found = databases(world, server)
        for name, order in strange_orders(found):
            world.report(Note(f"{name} was sorted by {order}; here it is by code point (C.UTF-8)"))
        for one in found:
            session = stack.enter_context(world.toolbox.talk(psql(server, one.name)))
            self._sessions[one.name] = session
            session.tell("SELECT 1;")
            session.hear(seconds=CONNECT_SECONDS)

    def take(self) -> None:
        for session in self._sessions.values():
            session.tell(POINT)
        for name, session in self._sessions.items():
            self._snapshots[name] = session.hear(seconds=CONNECT_SECONDS)

    def dump(self, install: Install, volume: str) -> Counts:
        """Roles and databases go into the volume, which is emptied; returns what was counted."""
        mount = Mount(volume, PLACE, writable=True)
        empty = Task(install.uuid, KIND, ("find", PLACE, "-mindepth", "1", "-delete"), (mount,))
        refuse(self._world.toolbox.run(empty), volume, *IMPORTING)
        user = ("-U", user_of(self._server))
        roles = ("pg_dumpall", *user, "--globals-only", "--no-role-passwords")
        self._stage(install, mount, "globals.sql", roles)
        counts: dict[str, Mapping[str, int]] = {}
        for name, session in self._sessions.items():
            session.tell(COUNTS)  # answered from the same snapshot while the dump is made
            snapshot = f"--snapshot={self._snapshots[name]}"
            words = ("pg_dump", *user, "--format=custom", snapshot, f"--dbname={name}")
            self._stage(install, mount, f"{name}.dump", words)
            counts[name] = _counted(name, session.hear(seconds=COUNT_SECONDS))
            session.tell("ROLLBACK;")
        return counts

    def _stage(self, install: Install, mount: Mount, file: str, words: tuple[str, ...]) -> None:
        task = Task(install.uuid, KIND, ("thoth-stage", PLACE, f"{STAGED}/{file}"), (mount,))
        ended = self._world.toolbox.run(task, feed=Inside(self._server.id, words))
        refuse(ended, file, *IMPORTING)


def _counted(name: str, answer: str) -> Mapping[str, int]:
    try:
        return {str(table): int(rows) for table, rows in json.loads(answer).items()}
    except ValueError:
        raise EngineRefusedError(
            f"{name} was not counted: {answer[:200]!r}", hint="see its logs: `docker logs`"
        ) from None

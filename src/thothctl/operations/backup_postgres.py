"""Saves PostgreSQL with the server's own client: every database dumped from one snapshot of it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from thothctl.errors import EngineRefusedError
from thothctl.model.backup import Cluster, PartKind
from thothctl.model.stack import Store
from thothctl.operations.backup_packing import Scene, Stream
from thothctl.world.backups import Conversation, Inside

ZSTD_SINCE = 16
CONNECT_SECONDS, COUNT_SECONDS = 30, 24 * 3600
PSQL = ("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d")
MAINTENANCE = "postgres"
"""Everybody's meeting point; nothing of the user is in it."""
DATABASES = (
    "SELECT coalesce(json_agg(datname ORDER BY datname), '[]') FROM pg_database"
    " WHERE datallowconn AND NOT datistemplate AND datname <> 'postgres';"
)
SERVER = (
    "SELECT json_build_object('version', current_setting('server_version'),"
    " 'number', current_setting('server_version_num')::int, 'collation', (SELECT concat_ws(' ',"
    " datlocprovider, datcollate, coalesce(to_jsonb(d) ->> 'datlocale', ''),"
    " coalesce(datcollversion, '')) FROM pg_database d WHERE datname = current_database()));"
)
EXTENSIONS = (
    "SELECT coalesce(json_agg(extname || ' ' || extversion ORDER BY extname), '[]')"
    " FROM pg_extension;"
)
POINT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_export_snapshot();"
COUNTS = (
    "SELECT coalesce(json_object_agg(format('%I.%I', n.nspname, c.relname), (xpath('/row/c/text()',"
    " query_to_xml(format('SELECT count(*) AS c FROM %I.%I', n.nspname, c.relname),"
    " false, true, '')))[1]::text::bigint), '{}') FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
    " AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_';"
)


class PostgresSaver:
    """One server; `prepare` connects, so that the pause only waits for answers."""

    def __init__(self, scene: Scene, store: Store, size: int) -> None:
        self._scene, self._store, self._size = scene, store, size
        self._container = scene.container(store)
        self._sessions: dict[str, Conversation] = {}
        self._snapshots: dict[str, str] = {}
        self._cluster: Cluster | None = None

    def prepare(self, stack: ExitStack) -> None:
        server = self._session(stack, MAINTENANCE)
        about = _object(self._ask(server, SERVER))
        names = [n for n in map(str, _array(self._ask(server, DATABASES))) if not self._left(n)]
        extensions: dict[str, tuple[str, ...]] = {}
        for name in names:
            self._sessions[name] = self._session(stack, name)
            found = _array(self._ask(self._sessions[name], EXTENSIONS))
            extensions[name] = tuple(str(one) for one in found)
        number = int(str(about["number"])) // 10000
        self._cluster = Cluster(number, str(about["version"]), str(about["collation"]), extensions)

    def _left(self, name: str) -> bool:
        """What an upgrade has left behind is no part of a backup."""
        served = self._scene.release.databases
        known = self._scene.stack.databases
        return any(one.left(name, served.get(one.name, 1)) for one in known)

    @property
    def store(self) -> str:
        return self._store.name

    @property
    def cluster(self) -> Cluster | None:
        return self._cluster

    def point(self) -> None:
        for session in self._sessions.values():
            session.tell(POINT)

    def pointed(self, seconds: float) -> None:
        for name, session in self._sessions.items():
            self._snapshots[name] = session.hear(seconds=seconds)

    def streams(self) -> Iterator[Stream]:
        folder, store = self._store.name, self._store.name
        roles = Inside(self._container, ("pg_dumpall", "--globals-only"))
        yield Stream(f"{folder}/globals.sql", store, PartKind.SQL, roles)
        for name, session in self._sessions.items():
            session.tell(COUNTS)  # answered while the dump is made, from the same snapshot
            yield Stream(
                f"{folder}/{name}.dump",
                store,
                PartKind.DUMP,
                Inside(self._container, self._words(name)),
                self._size,
                lambda session=session: _counts(session.hear(seconds=COUNT_SECONDS)),  # type: ignore[misc]  # bound now
            )
            session.tell("ROLLBACK;")

    def _words(self, database: str) -> tuple[str, ...]:
        """Older clients know only one way to compress."""
        words = dump_words(database, self._snapshots[database])
        old = self._cluster is not None and self._cluster.major < ZSTD_SINCE
        return tuple("--compress=1" if old and w.startswith("--compress") else w for w in words)

    def remarks(self) -> tuple[str, ...]:
        return ()

    def _session(self, stack: ExitStack, database: str) -> Conversation:
        program = Inside(self._container, (*PSQL, database))
        return stack.enter_context(self._scene.world.toolbox.talk(program))

    def _ask(self, session: Conversation, query: str) -> str:
        session.tell(query)
        return session.hear(seconds=CONNECT_SECONDS)


def dump_words(database: str, snapshot: str) -> tuple[str, ...]:
    """One database as of the snapshot; compressed, for streams out of a container are dear."""
    return (
        *("pg_dump", "--format=custom", "--compress=zstd:1"),
        *(f"--snapshot={snapshot}", f"--dbname={database}"),
    )


def _counts(answer: str) -> Mapping[str, int]:
    return {name: int(str(count)) for name, count in _object(answer).items()}


def _object(answer: str) -> dict[str, object]:
    value = _parsed(answer)
    return value if isinstance(value, dict) else {}


def _array(answer: str) -> list[object]:
    value = _parsed(answer)
    return value if isinstance(value, list) else []


def _parsed(answer: str) -> object:
    try:
        return json.loads(answer)
    except ValueError:
        raise EngineRefusedError(
            f"PostgreSQL answered {answer[:200]!r}", hint="see `thothctl logs postgres`"
        ) from None

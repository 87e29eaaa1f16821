"""Tables of PostgreSQL with the extension pgvector, beside the rows and in their transactions."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from thoth_ai.vectorstores import numbers
from thoth_ai.vectorstores.naming import Names
from thoth_ai.vectorstores.types import (
    Failure,
    Hit,
    Nearness,
    Point,
    Query,
    VectorStoreError,
    dimensions_of,
    ranked,
    wrong_dimensions,
)

T = TypeVar("T")
Rows = list[tuple[object, ...]]
SCHEMA = "vectors"
EXACT_UP_TO = 50_000
MOST_INDEXED = 2000
"""What a graph of pgvector can hold: longer vectors are always looked at one by one."""
_TABLE = """
CREATE TABLE {table} (
    key uuid PRIMARY KEY, workspace text NOT NULL, kind text NOT NULL,
    vector vector({dimensions}) NOT NULL
);
CREATE INDEX ON {table} (workspace, kind)
"""
_UPSERT = """
INSERT INTO {table} (key, workspace, kind, vector)
SELECT key, %s, kind, vector::vector
FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS given (key, kind, vector)
ON CONFLICT (key) DO UPDATE
SET workspace = excluded.workspace, kind = excluded.kind, vector = excluded.vector
"""
_SEARCH = """
SELECT key, -(vector <#> %(vector)s::vector) FROM {table}
WHERE kind = %(kind)s AND (%(workspace)s::text IS NULL OR workspace = %(workspace)s)
ORDER BY vector <#> %(vector)s::vector, key LIMIT %(limit)s
"""
_IN_THE_GRAPH = "SET LOCAL hnsw.ef_search = 400; SET LOCAL hnsw.iterative_scan = strict_order"
_OWNER = """
SELECT quote_ident(pg_get_userbyid(nspowner)) FROM pg_namespace
WHERE nspname = %s AND pg_has_role(nspowner, 'MEMBER')
"""
_STATE = """
SELECT a.atttypmod, EXISTS (
    SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
    WHERE i.indrelid = a.attrelid AND i.indisvalid AND m.amname = 'hnsw')
FROM pg_attribute a WHERE a.attrelid = to_regclass(%s) AND a.attname = 'vector'
"""


@dataclass(frozen=True, slots=True)
class State:
    """What a table is like."""

    dimensions: int
    has_graph: bool


@dataclass(frozen=True)
class PgvectorStore:
    """Uses the calling thread's connection, so that a transaction holds rows and vectors."""

    names: Names
    alias: str = "default"
    exact_up_to: int = EXACT_UP_TO

    @property
    def address(self) -> str:
        return "pgvector"

    @property
    def nearness(self) -> Nearness:
        return Nearness.DATABASE

    def ensure(self, identity: str, dimensions: int) -> None:
        state = self._state(identity) or self._attempt(lambda: self._make(identity, dimensions))
        if state.dimensions != dimensions:
            raise wrong_dimensions("pgvector", dimensions, state.dimensions)

    def upsert(self, identity: str, workspace: str, points: Sequence[Point]) -> None:
        if not points:
            return
        self.ensure(identity, dimensions_of([point.vector for point in points], "pgvector"))
        latest = {point.key: point for point in points}.values()  # a key twice is an error to it
        self._run(
            _UPSERT.format(table=self._table(identity)),
            (
                workspace,
                [point.key for point in latest],
                [point.kind for point in latest],
                [str(numbers.listed(point.vector)) for point in latest],
            ),
        )

    def delete(self, identity: str, workspace: str, keys: Sequence[UUID]) -> None:
        if keys and self._state(identity):
            table = self._table(identity)
            statement = f"DELETE FROM {table} WHERE workspace = %s AND key = ANY(%s)"  # noqa: S608
            self._run(statement, (workspace, list(keys)))

    def search(self, identity: str, query: Query) -> list[Hit]:
        state = self._state(identity)
        if state is None or query.limit < 1:
            return []
        if state.dimensions != len(query.vector):
            raise wrong_dimensions("pgvector", len(query.vector), state.dimensions)
        rows = self._attempt(lambda: self._nearest(identity, query, state))
        found = [Hit(UUID(str(key)), float(str(score))) for key, score in rows]
        return ranked(found, query.limit)

    def count(self, identity: str) -> int:
        if self._state(identity) is None:
            return 0
        return int(str(self._run(f"SELECT count(*) FROM {self._table(identity)}")[0][0]))  # noqa: S608

    def contents(self, identity: str) -> Iterator[tuple[str, UUID]]:
        if self._state(identity):
            rows = self._run(f"SELECT workspace, key FROM {self._table(identity)}")  # noqa: S608
            yield from ((str(workspace), UUID(str(key))) for workspace, key in rows)

    def drop_workspace(self, workspace: str) -> None:
        for table in self._tables():
            self._run(f"DELETE FROM {table} WHERE workspace = %s", (workspace,))  # noqa: S608

    def drop_others(self, identity: str) -> None:
        for table in self._tables():
            if table != self._table(identity):
                self._run(f"DROP TABLE IF EXISTS {table}")

    def tune(self, identity: str) -> None:
        """Build a graph of neighbours for a large table; writers need not wait meanwhile."""
        state = self._state(identity)
        if state is None or state.has_graph or state.dimensions > MOST_INDEXED:
            return
        if self.count(identity) > self.exact_up_to:
            table = self._table(identity)
            graph = f"{SCHEMA}.{self.names.model(identity)}_graph".replace("-", "_")
            self._run(f"DROP INDEX IF EXISTS {graph}")  # what a killed build left is not valid
            name = graph.partition(".")[2]
            build = f"CREATE INDEX CONCURRENTLY {name} ON {table} USING hnsw"
            self._run(f"{build} (vector vector_ip_ops)")

    def health(self) -> str:
        rows = self._run("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        if not rows:
            raise _refused("The database lacks the extension vector.")
        return f"pgvector {rows[0][0]}"

    @property
    def _connection(self) -> BaseDatabaseWrapper:
        return connections[self.alias]

    def _table(self, identity: str) -> str:
        return f"{SCHEMA}.{self.names.model(identity)}".replace("-", "_")

    def _tables(self) -> list[str]:
        rows = self._run("SELECT tablename FROM pg_tables WHERE schemaname = %s", (SCHEMA,))
        prefix = self.names.prefix.replace("-", "_")
        return [f"{SCHEMA}.{name}" for (name,) in rows if str(name).startswith(prefix)]

    def _state(self, identity: str) -> State | None:
        rows = self._run(_STATE, (self._table(identity),))
        return State(int(str(rows[0][0])), bool(rows[0][1])) if rows else None

    def _make(self, identity: str, dimensions: int) -> State:
        """Make a table, one thread at a time."""
        with transaction.atomic(using=self.alias):
            self._execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (SCHEMA,))
            if self._execute("SELECT to_regnamespace(%s)", (SCHEMA,)) == [(None,)]:
                self._execute(f"CREATE SCHEMA {SCHEMA}")
            table = self._table(identity)
            if self._execute("SELECT to_regclass(%s)", (table,)) == [(None,)]:
                self._execute(_TABLE.format(table=table, dimensions=dimensions))
                self._hand_over(table)
            (found, has_graph), *_ = self._execute(_STATE, (table,))
        return State(int(str(found)), bool(has_graph))

    def _hand_over(self, table: str) -> None:
        """Whoever has the schema has its tables, too, though `setup` made them as the migrator.

        A role that is no member of that owner, as the application's where a migration made the
        schema, must keep what it makes.
        """
        for (owner,) in self._execute(_OWNER, (SCHEMA,)):
            self._execute(f"ALTER TABLE {table} OWNER TO {owner}")

    def _nearest(self, identity: str, query: Query, state: State) -> Rows:
        wanted = {
            "vector": str(numbers.listed(query.vector)),
            "kind": query.kind,
            "workspace": query.workspace,
            "limit": query.limit,
        }
        with transaction.atomic(using=self.alias):
            if state.has_graph:
                self._execute(_IN_THE_GRAPH)
            return self._execute(_SEARCH.format(table=self._table(identity)), wanted)

    def _run(self, statement: str, values: object = None) -> Rows:
        return self._attempt(lambda: self._execute(statement, values))

    def _execute(self, statement: str, values: object = None) -> Rows:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)  # type: ignore[arg-type]  # a tuple or a dict
            return cursor.fetchall() if cursor.description else []

    def _attempt(self, do: Callable[[], T]) -> T:
        """Try once more over a new connection where none of ours is in a transaction."""
        try:
            return self._translated(do)
        except VectorStoreError as error:
            if error.failure is not Failure.UNREACHABLE or self._connection.in_atomic_block:
                raise
        self._connection.close()
        return self._translated(do)

    def _translated(self, do: Callable[[], T]) -> T:
        try:
            return do()
        except (OperationalError, InterfaceError) as error:
            raise VectorStoreError(
                Failure.UNREACHABLE,
                f"PostgreSQL does not answer for vectors: {error}",
                hint="See `thothctl logs postgres`; what waits is indexed once it answers.",
            ) from error
        except DatabaseError as error:
            raise _refused(f"PostgreSQL refused what concerns vectors: {error}") from error


def _refused(message: str) -> VectorStoreError:
    return VectorStoreError(
        Failure.REFUSED,
        message,
        hint="As a superuser: CREATE EXTENSION vector, and give the application's role"
        f" USAGE and CREATE on the schema {SCHEMA}.",
    )

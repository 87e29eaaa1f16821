"""Runs a query on a schema of PostgreSQL, with limits on time, rows and memory.

The layers are independent: a role that may only read what it was granted, a read-only transaction
that is always rolled back, a connection of its own for every query, a statement that is parsed
alone and then put into a cursor, and nothing here relies on the SQL having been checked before.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import generators, sql
from psycopg.pq import ExecStatus, abc

from thoth_ai.answering.reading import (
    DEFAULT,
    LONGEST_SHOWN,
    Limits,
    QueryFailedError,
    QueryTimeoutError,
    Result,
    Value,
    cut,
    finite,
    is_cut,
    size_of,
)

Connection = psycopg.Connection[Any]
LOCK_WAIT_MS = 2_000
IDLE_MS = 30_000
MOST_AT_ONCE = 1_000
SHORT_BLOB = 32
_BOOLEAN, _BYTES, _NUMERIC = 16, 17, 1700
_WHOLE = frozenset({20, 21, 23, 26})
_FLOATING = frozenset({700, 701})
_FETCHED = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


@dataclass(frozen=True, slots=True)
class PostgresReader:
    """Reads one schema, as the role that may only read."""

    parameters: Mapping[str, str | int]
    schema: str

    def run(self, sql: str, limits: Limits = DEFAULT) -> Result:
        """Run one statement; raises QueryTimeoutError or QueryFailedError."""
        try:
            with _connected(self.parameters) as connection:
                return _Query(connection, limits, time.monotonic() + limits.seconds).run(
                    sql, self.schema
                )
        except psycopg.errors.QueryCanceled as error:
            raise QueryTimeoutError(f"It took longer than {limits.seconds:g} s.") from error
        except (psycopg.Error, UnicodeError, ValueError) as error:
            raise QueryFailedError(_said(error)) from error

    def schemas(self) -> frozenset[str]:
        """Return every schema this role may look into; raises QueryFailedError."""
        sql = "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'USAGE')"
        return frozenset(str(name) for (name,) in self.run(sql, Limits(3, 100_000)).rows)


@dataclass(frozen=True, slots=True)
class _Query:
    connection: Connection
    limits: Limits
    deadline: float

    def run(self, text: str, schema: str) -> Result:
        """Everything happens in one transaction, of which nothing remains."""
        self._do("BEGIN READ ONLY")
        try:
            self._restrict(schema)
            columns = self._describe(text)
            self._open(text, columns)
            rows, truncated = self._fetch([_loader(kind) for _, kind in columns])
        finally:
            if not self.connection.closed:
                self._do("ROLLBACK")
        return Result(tuple(name for name, _ in columns), tuple(rows), truncated)

    def _restrict(self, schema: str) -> None:
        place = sql.SQL("SET LOCAL search_path = {}, pg_temp").format(sql.Identifier(schema))
        self._do(place.as_string(self.connection))
        self._do(f"SET LOCAL lock_timeout = {LOCK_WAIT_MS}")
        self._do(f"SET LOCAL idle_in_transaction_session_timeout = {IDLE_MS}")
        self._do("SET LOCAL DateStyle = 'ISO, YMD'")
        self._do("SET LOCAL IntervalStyle = 'postgres'")
        self._do("SET LOCAL extra_float_digits = 1")
        self._do("SET LOCAL cursor_tuple_fraction = 1")

    def _describe(self, text: str) -> list[tuple[str, int]]:
        """Let PostgreSQL parse it alone: more than one statement, or half of one, ends here."""
        self._limit_time()
        server = self.connection.pgconn
        server.send_prepare(b"thoth", text.encode())
        self._answer()
        server.send_describe_prepared(b"thoth")
        found = self._answer()
        if found.nparams:
            raise QueryFailedError("Parameters are not allowed.")
        if not found.nfields:
            raise QueryFailedError("It gives no columns.")
        return [((found.fname(at) or b"").decode(), found.ftype(at)) for at in range(found.nfields)]

    def _open(self, text: str, columns: list[tuple[str, int]]) -> None:
        """Put it into a cursor whose values are cut on the server, before they can fill memory."""
        shown = ", ".join(_shown(f"c{at}", kind) for at, (_, kind) in enumerate(columns))
        names = ", ".join(f"c{at}" for at in range(len(columns)))
        inner = f"SELECT {shown} FROM (\n{text}\n) AS asked ({names})"  # noqa: S608 - parsed alone before
        self._do(f"DECLARE thoth NO SCROLL CURSOR FOR {inner}")

    def _fetch(self, loaders: list[Callable[[str], Value]]) -> tuple[list[tuple[Value, ...]], bool]:
        rows: list[tuple[Value, ...]] = []
        size, truncated = 0, False
        portion = self.limits.bytes // (LONGEST_SHOWN * len(loaders))
        while True:
            wanted = self.limits.rows - len(rows) + 1
            count = max(1, min(portion, wanted, MOST_AT_ONCE))
            self._limit_time()
            found = self._do(f"FETCH {count} FROM thoth")
            for raw in _raw_rows(found):
                if len(rows) == self.limits.rows or size > self.limits.bytes:
                    return rows, True
                truncated = truncated or any(map(is_cut, raw))
                row = tuple(
                    None if value is None else load(value)
                    for load, value in zip(loaders, raw, strict=True)
                )
                size += size_of(row)
                rows.append(row)
            if found.ntuples < count:
                return rows, truncated

    def _limit_time(self) -> None:
        left = round((self.deadline - time.monotonic()) * 1000)
        if left <= 0:
            raise QueryTimeoutError(f"It took longer than {self.limits.seconds:g} s.")
        self._do(f"SET LOCAL statement_timeout = {left}")

    def _do(self, text: str) -> abc.PGresult:
        """Send one statement by the extended protocol, which takes no second one."""
        self.connection.pgconn.send_query_params(text.encode(), None)
        return self._answer()

    def _answer(self) -> abc.PGresult:
        results: list[abc.PGresult] = self.connection.wait(
            generators.execute(self.connection.pgconn)
        )
        for result in results:
            if result.status not in _FETCHED:
                raise psycopg.errors.error_from_result(result)
        return results[-1]


@contextmanager
def _connected(parameters: Mapping[str, str | int]) -> Iterator[Connection]:
    """Give a connection nobody had before; what a query did to its session goes with it."""
    arguments: dict[str, Any] = dict(parameters)
    connection = psycopg.connect(**arguments, autocommit=True, client_encoding="utf8")
    try:
        yield connection
    finally:
        connection.close()


def _shown(column: str, kind: int) -> str:
    """Numbers come as they are; everything else as a text of bounded length."""
    if kind in _WHOLE | _FLOATING | {_BOOLEAN, _NUMERIC}:
        return column
    if kind == _BYTES:
        described = f"'<' || to_char(octet_length({column}), 'FM999,999,999,990') || ' bytes>'"
        return (
            f"CASE WHEN octet_length({column}) <= {SHORT_BLOB}"
            f" THEN '0x' || encode({column}, 'hex') ELSE {described} END"
        )
    return f"left({column}::text, {LONGEST_SHOWN + 1})"


def _loader(kind: int) -> Callable[[str], Value]:
    if kind in _WHOLE:
        return int
    if kind in _FLOATING:
        return lambda text: finite(float(text))
    if kind == _NUMERIC:
        return _number
    if kind == _BOOLEAN:
        return lambda text: int(text == "t")
    return cut


def _number(text: str) -> Value:
    """A whole number stays exact however long it is; a fraction becomes the nearest float."""
    return int(text) if text.lstrip("-").isdecimal() else finite(float(text))


def _raw_rows(found: abc.PGresult) -> Iterator[tuple[str | None, ...]]:
    for row in range(found.ntuples):
        values = (found.get_value(row, column) for column in range(found.nfields))
        yield tuple(None if value is None else value.decode() for value in values)


def _said(error: Exception) -> str:
    """Return PostgreSQL's own sentence, with what it adds for the one who wrote the SQL."""
    if not isinstance(error, psycopg.Error) or not error.diag.message_primary:
        return str(error) or type(error).__name__
    hint = error.diag.message_hint
    return f"{error.diag.message_primary}. {hint}" if hint else error.diag.message_primary

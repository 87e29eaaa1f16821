import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from tests.postgres.attempts import ATTEMPTS, EXPENSIVE
from tests.services.postgres_server import Server
from thoth_ai.answering import sql_guard
from thoth_ai.answering.postgres_reader import PostgresReader
from thoth_ai.answering.reading import Limits, QueryFailedError, QueryTimeoutError, Result

SCHEMA = """
    CREATE SCHEMA "my zoo"; CREATE SCHEMA private;
    CREATE TABLE "my zoo".animals (id bigint PRIMARY KEY, name text);
    INSERT INTO "my zoo".animals SELECT n, 'name ' || n FROM generate_series(0, 29) AS n;
    CREATE SEQUENCE "my zoo".numbers;
    CREATE TABLE private.secrets (a text); INSERT INTO private.secrets VALUES ('hidden');
    GRANT USAGE ON SCHEMA "my zoo" TO thoth_reader;
    GRANT SELECT ON ALL TABLES IN SCHEMA "my zoo" TO thoth_reader;
"""
STATE = {
    "rows": 'SELECT md5(string_agg(a::text, chr(10) ORDER BY id)) FROM "my zoo".animals a',
    "relations": "SELECT count(*), max(oid::bigint) FROM pg_class",
    "large objects": "SELECT count(*) FROM pg_largeobject_metadata",
    "locks": "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
    "channels": "SELECT count(*) FROM pg_listening_channels()",
    "number": 'SELECT last_value, is_called FROM "my zoo".numbers',
    "roles": "SELECT md5(string_agg(r::text, ' ')) FROM pg_db_role_setting r",
}


@pytest.fixture(scope="module")
def reader(server: Server) -> Iterator[PostgresReader]:
    settings = server.settings
    parameters = settings.parameters(settings.importer, "thoth_data")
    with psycopg.connect(**parameters, autocommit=True) as connection:  # type: ignore[arg-type]  # libpq's words
        connection.execute(SCHEMA.encode())
    yield PostgresReader(settings.parameters(settings.reader, "thoth_data"), "my zoo")
    server.run('DROP SCHEMA "my zoo", private CASCADE', "thoth_data")


def one(reader: PostgresReader, expression: str) -> object:
    return reader.run(f"SELECT {expression}").rows[0][0]


def state(server: Server) -> dict[str, object]:
    return {name: server.run(sql, "thoth_data") for name, sql in STATE.items()}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_nothing_remains_of_an_attempt_that_nobody_checked(
    server: Server, reader: PostgresReader, attempt: str
) -> None:
    before = state(server)

    with pytest.raises(QueryFailedError):
        reader.run(ATTEMPTS[attempt], Limits(seconds=5))

    assert state(server) == before
    assert one(reader, "current_setting('transaction_read_only')") == "on"


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_every_attempt_is_refused_before_it_is_run(attempt: str) -> None:
    with pytest.raises(sql_guard.RefusedSqlError):
        sql_guard.check(ATTEMPTS[attempt], dialect="postgres")


@pytest.mark.parametrize("attempt", EXPENSIVE)
def test_what_costs_too_much_is_ended_in_time(
    server: Server, reader: PostgresReader, attempt: str
) -> None:
    before, started = state(server), time.monotonic()

    with pytest.raises((QueryTimeoutError, QueryFailedError)):
        reader.run(EXPENSIVE[attempt], Limits(seconds=1.5))

    assert time.monotonic() - started < 8
    assert state(server) == before


def test_values_are_what_the_sqlite_reader_gives(reader: PostgresReader) -> None:
    expected: dict[str, object] = {
        "NULL": None,
        "9223372036854775807": 9223372036854775807,
        "0.1::float8": 0.1,
        "1e300::float8 * 10": 1e301,
        "'NaN'::float8": "nan",
        "'Infinity'::numeric": "inf",
        "'-Infinity'::float4": "-inf",
        "12345678901234567890123::numeric": 12345678901234567890123,
        "2.50::numeric": 2.5,
        "true": 1,
        "1 = 2": 0,
        "date '2020-02-29'": "2020-02-29",
        "timestamp '2020-02-29 01:02:03'": "2020-02-29 01:02:03",
        "time '01:02'": "01:02:00",
        "interval '1 day 2 hours'": "1 day 02:00:00",
        "'\\x0102'::bytea": "0x0102",
        "decode(repeat('00', 2000), 'hex')": "<2,000 bytes>",
        "array[1, 2]": "{1,2}",
        """'{"a": 1}'::jsonb""": '{"a": 1}',
        "'ü'": "ü",
        "ROW(1, 'a')": "(1,a)",
    }

    assert {text: one(reader, text) for text in expected} == expected


def test_rows_keep_their_order_and_columns_their_names(reader: PostgresReader) -> None:
    sql = 'SELECT name AS "a b", id, id FROM animals ORDER BY id DESC LIMIT 2 -- the end'

    assert reader.run(sql) == Result(
        ("a b", "id", "id"), (("name 29", 29, 29), ("name 28", 28, 28)), truncated=False
    )


def test_rows_bytes_and_texts_are_capped(reader: PostgresReader) -> None:
    product = "SELECT a.id, b.name FROM animals a, animals b, animals c ORDER BY 1, 2"

    few = reader.run(product, Limits(rows=7))
    assert (len(few.rows), few.truncated) == (7, True)
    assert not reader.run("SELECT * FROM animals", Limits(rows=30)).truncated
    small = reader.run(product, Limits(rows=20_000, bytes=1_000))
    assert len(small.rows) < 100
    assert small.truncated
    whole = reader.run(product, Limits(seconds=30, rows=100_000, bytes=10**9))
    assert (len(whole.rows), whole.truncated) == (27_000, False)
    long = reader.run("SELECT repeat('ä', 3000000)")
    assert long.rows == (("ä" * 10_000 + "…",),)
    assert long.truncated


def test_a_failure_says_what_postgres_said(reader: PostgresReader) -> None:
    with pytest.raises(QueryFailedError, match='column "nam" does not exist'):
        reader.run("SELECT nam FROM animals")
    with pytest.raises(QueryFailedError, match="division by zero"):
        reader.run("SELECT 1 / (id - id) FROM animals")
    nowhere = replace(reader, parameters={**reader.parameters, "port": 1})
    with pytest.raises(QueryFailedError):
        nowhere.run("SELECT 1")


def test_questions_at_once_do_not_disturb_each_other(reader: PostgresReader) -> None:
    found: list[object] = []
    threads = [
        threading.Thread(
            target=lambda n=n: found.append(one(reader, f"count(*) + {n} FROM animals"))
        )
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, found)) == [str(30 + n) for n in range(8)]

"""Statements that read differently to the parser and to SQLite, or cost far more than they show."""

import sqlite3
import threading
import time
import tracemalloc
from contextlib import closing, suppress
from pathlib import Path

import pytest

from thoth_ai.answering.reading import LONGEST_SHOWN, Limits, QueryFailedError, QueryTimeoutError
from thoth_ai.answering.sql_guard import MOST_USES, RefusedSqlError, check
from thoth_ai.answering.sqlite_reader import run

LONG = "replace(printf('%200000s', ''), ' ', 'a')"
HALF = "replace(printf('%100000s', 'b'), ' ', 'a')"

HIDDEN_TABLES = [
    "SELECT 1 FROM t WHERE ('table', 't', 't', 2, 'x') IN sqlite_master",
    "SELECT 1 FROM t WHERE ('table', 't', 't', 2, 'x') IN main.sqlite_master",
    "SELECT 1 FROM t WHERE ('table', 't', 't', 2, 'x') NOT IN `sqlite_schema`",
    "SELECT 1 FROM t LIMIT\u00a0a, sqlite_master",
    "SELECT 1 FROM t LIMIT\u3000a, sqlite_master",
    "SELECT 1 FROM t LIMIT\u0085a, sqlite_master",
    "SELECT 1 FROM 'sqlite_master'",
    "SELECT 1 /* /* */ FROM sqlite_master -- */",
    "SELECT '\\' FROM sqlite_master --'",
    "SELECT `\\` FROM sqlite_master --`",
    "SELECT 1 --\r , '\n FROM sqlite_master --'",
]

COSTLY = [
    f"SELECT trim(b, {HALF}) FROM t",
    f"SELECT ltrim({LONG}, b) FROM t",
    f"SELECT rtrim(b, '{'x' * 101}') FROM t",
    "SELECT printf('%.*c', 1000000000, 'x')",
    "SELECT printf('%1000000000d', 1)",
    "SELECT printf('%-+.1000000000f', 1)",
    "SELECT printf(b, 1) FROM t",
    "SELECT PRINTF('%' || '.*c', 1000000000, 'x')",
    "SELECT printf()",
]

CHEAP = [
    "SELECT trim(b, ' -'), ltrim(b), rtrim(b, '0') FROM t",
    "SELECT printf('%05d %.2f %-20s %% %s', a, a, b, b) FROM t",
    "SELECT 1 FROM t WHERE a IN (1, 2) AND a IN (SELECT a FROM t) AND a NOT IN ()",
    "SELECT 'é ü 漢字', b AS \"Größe (m²)\"\r\nFROM t",
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("evasions") / "data.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT)")
        database.executemany("INSERT INTO t VALUES (?, ?)", ((i, f"row {i}") for i in range(1500)))
        database.commit()
    return file


@pytest.mark.parametrize("sql", HIDDEN_TABLES)
def test_a_table_that_the_parser_takes_for_something_else_is_refused_by_both(
    sql: str, path: Path
) -> None:
    with pytest.raises(RefusedSqlError):
        check(sql)
    with suppress(QueryFailedError):
        assert "CREATE TABLE" not in str(run(path, sql).rows)


@pytest.mark.parametrize("sql", HIDDEN_TABLES[:7])
def test_the_schema_is_not_read_when_no_guard_looked(sql: str, path: Path) -> None:
    with pytest.raises(QueryFailedError, match=r"not authorized|prohibited"):
        run(path, sql)


@pytest.mark.parametrize("sql", COSTLY)
def test_a_call_that_could_take_minutes_is_refused(sql: str) -> None:
    with pytest.raises(RefusedSqlError, match=r"TRIM|PRINTF"):
        check(sql)


@pytest.mark.parametrize("sql", CHEAP)
def test_the_same_functions_and_letters_in_everyday_use_pass_and_run(sql: str, path: Path) -> None:
    assert run(path, check(sql)).columns


def test_common_tables_that_double_one_another_are_refused() -> None:
    with pytest.raises(RefusedSqlError, match=f"More than {MOST_USES} uses"):
        check(multiplied(2, 30))


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_as_many_uses_as_are_allowed_are_planned_soon(factor: int, path: Path) -> None:
    began = time.monotonic()

    with suppress(QueryFailedError):  # newer libraries have a limit of their own
        assert run(path, check(multiplied(factor, (MOST_USES - 1) // factor))).rows == ((1,),)
    assert time.monotonic() - began < 3


def multiplied(factor: int, times: int) -> str:
    tables = ["c0 AS (SELECT 1 AS x)"]
    for i in range(times):
        uses = ", ".join(f"c{i} AS u{use}" for use in range(factor))
        tables.append(f"c{i + 1} AS (SELECT u0.x FROM {uses})")
    return f"WITH {', '.join(tables)} SELECT x FROM c{times}"


@pytest.mark.parametrize("function", ["instr", "replace"])
def test_slow_calls_in_a_row_end_in_time(function: str, path: Path) -> None:
    """The clock is looked at every few thousand steps: these alone would take minutes."""
    third = ", 'x'" if function == "replace" else ""
    sql = (
        f"SELECT sum(length({function}(x.h || t.a, y.h{third})))"
        f" FROM t, (SELECT {LONG} AS h) x, (SELECT {HALF} AS h) y"
    )
    began = time.monotonic()

    with pytest.raises(QueryTimeoutError):
        run(path, sql, limits=Limits(seconds=0.3))
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("value", ["x", "CAST(x AS BLOB)"])
def test_a_row_of_long_values_does_not_fill_the_memory(value: str, path: Path) -> None:
    columns = ", ".join([value] * 900)
    tracemalloc.start()
    result = run(path, f"SELECT {columns} FROM (SELECT {LONG} AS x)")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(result.rows[0]) == 900
    assert len(str(result.rows[0][0])) <= LONGEST_SHOWN + 1
    assert peak < 250_000_000


def test_letters_of_many_bytes_are_cut_by_letters(path: Path) -> None:
    result = run(path, "SELECT replace(printf('%20000s', ''), ' ', '🦉')")

    assert result.truncated
    assert result.rows == (("🦉" * LONGEST_SHOWN + "…",),)


def test_an_alarm_that_was_not_needed_leaves_no_thread(path: Path) -> None:
    before = threading.active_count()
    for _ in range(20):
        run(path, "SELECT 1")
    assert threading.active_count() == before

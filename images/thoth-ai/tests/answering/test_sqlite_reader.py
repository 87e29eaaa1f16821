"""The reader holds even when nobody has looked at the SQL."""

import hashlib
import math
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.answering.statements import HARMLESS, HOSTILE
from thoth_ai.answering.reading import LONGEST_SHOWN, Limits, QueryFailedError, QueryTimeoutError
from thoth_ai.answering.sqlite_reader import run

ROWS = 1500


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("reader") / "a b?c#d%20é.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT)")
        database.executemany("INSERT INTO t VALUES (?, ?)", ((i, f"row {i}") for i in range(ROWS)))
        database.commit()
    return file


@pytest.mark.parametrize("sql", HOSTILE, ids=lambda sql: sql[:40])
def test_hostile_sql_that_no_guard_saw_changes_nothing(
    sql: str, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        result = run(path, sql, limits=Limits(seconds=1))
    except (QueryFailedError, QueryTimeoutError):
        result = None

    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert list(path.parent.iterdir()) == [path]
    assert list(tmp_path.iterdir()) == []
    if result is not None:
        assert "root:" not in str(result.rows)
        assert "CREATE TABLE" not in str(result.rows)


@pytest.mark.parametrize("sql", HARMLESS)
def test_what_people_need_runs(sql: str, path: Path) -> None:
    assert run(path, sql.strip().removesuffix(";")).columns


def test_rows_equal_those_of_sqlite_itself(path: Path) -> None:
    sql = "SELECT a, b, a / 7.0 FROM t ORDER BY b LIMIT 900"
    with closing(sqlite3.connect(path)) as database:
        expected = tuple(database.execute(sql))

    assert run(path, sql).rows == expected


def test_more_rows_than_allowed_are_cut_and_said(path: Path) -> None:
    exact = run(path, "SELECT a FROM t", limits=Limits(rows=ROWS))
    cut = run(path, "SELECT a FROM t", limits=Limits(rows=ROWS - 1))

    assert (len(exact.rows), exact.truncated) == (ROWS, False)
    assert (len(cut.rows), cut.truncated) == (ROWS - 1, True)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM t, t, t, t",
        "SELECT * FROM t x, t y, t z ORDER BY x.b || y.b || z.b DESC LIMIT 1",
        "SELECT group_concat(x.b || y.b || z.b) FROM t x, t y, t z",
    ],
)
def test_a_query_that_would_run_for_ever_ends_in_time(sql: str, path: Path) -> None:
    began = time.monotonic()

    with pytest.raises((QueryTimeoutError, QueryFailedError)):
        run(path, sql, limits=Limits(seconds=0.3))
    assert time.monotonic() - began < 5


def test_a_timeout_is_told_from_a_failure(path: Path) -> None:
    with pytest.raises(QueryTimeoutError, match=r"longer than 0\.2 s"):
        run(path, "SELECT count(*) FROM t, t, t, t", limits=Limits(seconds=0.2))
    with pytest.raises(QueryFailedError, match="no such column"):
        run(path, "SELECT nope FROM t")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT hex(printf('%.*c', 200000, 'x'))",
        "SELECT replace(printf('%.*c', 100000, 'x'), 'x', 'xxxxxxxxxx')",
        "SELECT 'x' LIKE printf('%.*c', 100000, '%')",
    ],
)
def test_a_function_cannot_grow_a_value_without_bound(sql: str, path: Path) -> None:
    with pytest.raises(QueryFailedError):
        run(path, sql)


def test_a_gigabyte_of_padding_is_not_made(path: Path) -> None:
    assert len(str(run(path, "SELECT length(printf('%.*c', 1000000000, 'x'))").rows)) < 20


def test_a_long_value_is_cut_and_a_long_result_too(path: Path) -> None:
    long = run(path, "SELECT printf('%.*c', 50000, 'x')")
    assert long.truncated
    assert long.rows == (("x" * LONGEST_SHOWN + "…",),)

    wide = run(path, "SELECT printf('%.*c', 9000, 'x') FROM t", limits=Limits(rows=ROWS))
    assert wide.truncated
    assert 500 < len(wide.rows) < 600


def test_values_that_json_does_not_know_are_shown(path: Path) -> None:
    sql = "SELECT X'00ff', CAST(X'c328' AS TEXT), 9e999, -9e999, NULL, 9223372036854775807, X''"

    assert run(path, sql).rows == (("0x00ff", "�(", "inf", "-inf", None, 2**63 - 1, "0x"),)
    assert run(path, f"SELECT X'{'00' * 1234}'").rows == (("<1,234 bytes>",),)
    assert math.isinf(float("inf"))


def test_no_row_still_has_columns_and_equal_names_stay(path: Path) -> None:
    assert run(path, "SELECT a, b AS a FROM t WHERE 0").columns == ("a", "a")


def test_a_missing_file_is_a_failure_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(QueryFailedError):
        run(tmp_path / "none.sqlite", "SELECT 1")
    assert list(tmp_path.iterdir()) == []


def test_many_threads_ask_at_once(path: Path) -> None:
    def ask(number: int) -> object:
        return run(path, f"SELECT b FROM t LIMIT 1 OFFSET {number}").rows[0][0]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(400))) == [f"row {number}" for number in range(400)]

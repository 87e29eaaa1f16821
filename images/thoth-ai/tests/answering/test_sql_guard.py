"""One harmless SELECT passes; everything else is refused with a reason."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.answering.statements import (
    HARMLESS,
    HOSTILE,
    POSTGRES_HARMLESS,
    POSTGRES_HOSTILE,
)
from thoth_ai.answering.sql_guard import RefusedSqlError, check
from thoth_ai.demo.knowledge import EXAMPLES

WORDS = [
    "SELECT", "FROM", "t", "WHERE", "(", ")", ",", "*", "UNION", "ATTACH", "'x'", "--", "/*", "*/", ";", "WITH",
    "AS", "JOIN", "1", "OVER", "CASE", "END", '"', "`", "[", "]", ".", "||", "->>", "IN", "LATERAL", "\n", "é", "%",
]  # fmt: skip


def test_the_lists_are_long_and_without_repetition() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 80
    assert len(set(HARMLESS)) == len(HARMLESS) >= 40


@pytest.mark.parametrize("sql", HOSTILE, ids=lambda sql: sql[:40])
def test_what_could_harm_is_refused_with_a_reason(sql: str) -> None:
    with pytest.raises(RefusedSqlError) as refused:
        check(sql)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("sql", POSTGRES_HOSTILE)
def test_what_could_harm_postgres_is_refused(sql: str) -> None:
    with pytest.raises(RefusedSqlError):
        check(sql, dialect="postgres")


@pytest.mark.parametrize("sql", HARMLESS)
def test_what_people_need_passes_as_it_was_written(sql: str) -> None:
    assert check(sql) == sql.strip().removesuffix(";").rstrip()


@pytest.mark.parametrize("sql", POSTGRES_HARMLESS)
def test_what_people_need_of_postgres_passes(sql: str) -> None:
    assert check(sql, dialect="postgres") == sql


def test_the_demo_passes() -> None:
    for example in EXAMPLES:
        check(example.sql)
    assert len(EXAMPLES) >= 30


def test_a_public_benchmark_passes(record_property: Callable[[str, object], None]) -> None:
    """The benchmark is read where the environment names it."""
    if "THOTH_TEST_DATA" not in os.environ:
        pytest.skip("THOTH_TEST_DATA names no folder")
    statements = benchmark(Path(os.environ["THOTH_TEST_DATA"]))
    for sql, dialect in statements:
        check(sql, dialect=dialect)
    assert statements
    record_property("accepted", len(statements))


def benchmark(folder: Path) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for file in folder.rglob("*.json"):
        records = json.loads(file.read_text(encoding="utf-8"))
        dialect = "postgres" if "postgres" in file.name else "sqlite"
        if "mysql" not in file.name and isinstance(records, list):
            found += [(record["SQL"], dialect) for record in records if "SQL" in record]
    return found


@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
def test_whatever_comes_is_passed_or_refused_and_nothing_else(sql: str) -> None:
    with suppress(RefusedSqlError):
        assert check(sql)

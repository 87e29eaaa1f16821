"""What is told about the demo is complete, and every example answers."""

import re
import sqlite3
from collections import Counter

import pytest

from thoth_ai.demo import database, knowledge
from thoth_ai.demo.knowledge import EVIDENCE, EXAMPLES, Example

FUNCTIONS = frozenset(
    """COUNT SUM AVG MIN MAX ROUND CAST IIF COALESCE NULLIF LENGTH UPPER LOWER SUBSTR INSTR TRIM
    REPLACE ABS STRFTIME DATE JULIANDAY PRINTF GROUP_CONCAT RANK ROW_NUMBER DENSE_RANK NTILE LAG
    LEAD""".split()
)
NOT_FUNCTIONS = frozenset("AS BY IN OVER WHERE AND OR NOT EXISTS FROM JOIN ON THEN WHEN".split())
ALIKE = 0.6

every_example = pytest.mark.parametrize(
    "example", EXAMPLES, ids=[f"{n:02d}" for n, _ in enumerate(EXAMPLES, 1)]
)


def _bare(sql: str) -> str:
    return re.sub(r"'[^']*'", "''", re.sub(r'"[^"]*"', "_", sql))


def _words(question: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9]+", question.lower()))


def _having(pattern: str) -> list[Example]:
    return [one for one in EXAMPLES if re.search(pattern, _bare(one.sql))]


def test_every_column_is_described_and_none_that_is_not_there(demo: sqlite3.Connection) -> None:
    tables = demo.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    query = "SELECT name FROM pragma_table_info(?)"
    there = {table: [name for (name,) in demo.execute(query, (table,))] for (table,) in tables}

    told = {table: list(note.columns) for table, note in knowledge.describe().items()}
    assert told == there


def test_every_description_says_something_of_its_own() -> None:
    for note in knowledge.describe().values():
        texts = [note.description, *note.columns.values()]
        assert all(len(text) > 15 and text.isascii() and text.endswith(".") for text in texts)
        assert len(set(texts)) == len(texts)


def test_the_notice_says_that_the_rows_are_invented() -> None:
    assert "invented" in database.NOTICE
    assert database.NOTICE.isascii()


def test_hints_are_many_short_and_different() -> None:
    assert len(set(EVIDENCE)) == len(EVIDENCE) >= 12
    assert all(text.isascii() and len(text) < 120 for text in EVIDENCE)


def test_difficulties_are_spread() -> None:
    counted = Counter(one.difficulty for one in EXAMPLES)

    assert len(EXAMPLES) >= 30
    assert counted.keys() == {"simple", "moderate", "challenging"}
    assert min(counted.values()) >= 8


def test_no_two_questions_are_alike() -> None:
    words = [_words(one.question) for one in EXAMPLES]
    for position, one in enumerate(words):
        for other in words[position + 1 :]:
            assert len(one & other) / len(one | other) < ALIKE, (one, other)


def test_the_question_of_the_first_minute_is_among_them(demo: sqlite3.Connection) -> None:
    first = next(
        one
        for one in EXAMPLES
        if one.question == "How many charter schools are there in Alameda County?"
    )

    assert demo.execute(first.sql).fetchone()[0] > 0


@every_example
def test_an_example_returns_something_worth_seeing(
    demo: sqlite3.Connection, example: Example
) -> None:
    rows = demo.execute(example.sql).fetchall()

    assert 1 <= len(rows) <= 150
    assert all(any(value is not None for value in row) for row in rows)
    assert any(value for value in rows[0])
    assert len(rows) > 1 or all(value not in {None, 0} for value in rows[0])


@every_example
def test_an_example_is_one_plain_reading_statement(example: Example) -> None:
    assert example.sql.isascii()
    assert example.question.isascii()
    assert example.sql.startswith(("SELECT ", "WITH "))
    assert ";" not in _bare(example.sql)


@every_example
def test_an_example_calls_only_functions_the_server_lets_through(example: Example) -> None:
    called = set(re.findall(r"(\w+) ?\(", _bare(example.sql))) - NOT_FUNCTIONS

    assert called <= FUNCTIONS


@every_example
def test_a_limit_never_cuts_between_equals(demo: sqlite3.Connection, example: Example) -> None:
    bare = _bare(example.sql)
    if " LIMIT " in bare:
        order = bare[bare.rindex("ORDER BY") : bare.rindex(" LIMIT ")]
        assert re.search(r"(cds|CDSCode|name)$", order)


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        (r"JOIN .* JOIN ", 2),
        (r" JOIN ", 8),
        (r"GROUP BY", 8),
        (r" HAVING ", 3),
        (r"^WITH ", 5),
        (r" OVER \(", 5),
        (r"\(SELECT ", 2),
        (r"STRFTIME|JULIANDAY", 3),
        (r"CAST\(.* AS REAL\)", 3),
        (r"DISTINCT", 4),
        (r"IIF\(|CASE ", 2),
        (r" LIMIT ", 6),
    ],
)
def test_the_examples_show_what_sql_can_do(pattern: str, least: int) -> None:
    assert len(_having(pattern)) >= least

import pytest

from thoth_ai.answering.names import UnknownNameError, check
from thoth_ai.answering.schema import Column, Schema, Table

SCHEMA = Schema(
    "sqlite",
    (
        Table("schools", 3, "", (Column("CDSCode", "TEXT"), Column("County Name", "TEXT"))),
        Table("scores", 3, "", (Column("cds", "TEXT"), Column("AvgScrRead", "INTEGER"))),
    ),
)


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "County Name" FROM schools',
        'SELECT "county name" FROM "schools"',
        'SELECT s."CDSCode" FROM schools AS s WHERE rowid > 1 ORDER BY "rowid"',
        'SELECT COUNT(*) AS "how many" FROM schools ORDER BY "how many"',
        'WITH best("code") AS (SELECT "cds" FROM scores) SELECT "code" FROM best',
        'SELECT "n" FROM (SELECT COUNT(*) AS "n" FROM schools) AS t',
    ],
)
def test_known_names_and_aliases_pass(sql: str) -> None:
    check(sql, SCHEMA)


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "Country Name" FROM schools',
        'SELECT * FROM schools WHERE "Alameda" = "County Name"',
        "SELECT `nothing` FROM scores",
    ],
)
def test_a_name_that_sqlite_would_take_for_a_text_is_found(sql: str) -> None:
    with pytest.raises(UnknownNameError, match="There is no column"):
        check(sql, SCHEMA)


def test_the_complaint_names_what_is_similar() -> None:
    with pytest.raises(UnknownNameError, match="Similar names: County Name"):
        check('SELECT "Country Name" FROM schools', SCHEMA)

"""The comparison of both sides finds a single value that is another, lost or wrongly diverted."""

from pathlib import Path

import pytest

from tests.importing import generated
from tests.server import comparing, imports
from tests.services import application_database
from tests.services.postgres_server import Server
from thoth_ai.workspaces.models import Database

pytestmark = application_database.needs_postgres
ONE = "WHERE ctid = (SELECT min(ctid) FROM zoo."
CHANGES = {
    "another text": ("schools", f"SET county = 'Elsewhere' {ONE}schools)"),
    "another zero behind a text": ("schools", f"SET name = '7.0' {ONE}schools)"),
    "another day": ("schools", "SET opened = opened + 1 WHERE cds = '00000000000001'"),
    "the next double": ("readings", f"SET raw = raw * (1 + 3e-16) {ONE}readings)"),
    "another byte": ("documents", f"SET picture = '\\x00' {ONE}documents)"),
    "a value that is gone": ("scores", f"SET grade = NULL {ONE}scores)"),
    "a space more": ("events", f"SET name = name || ' ' {ONE}events)"),
}
REJECTED = {
    "another value": ("documents", "UPDATE {} SET raw = 'no' WHERE column_name = 'picture'"),
    "another class": ("scores", "UPDATE {} SET storage_class = 'x' WHERE column_name = 'taken'"),
    "another column": ("readings", "UPDATE {} SET column_name = 'at' WHERE column_name = 'value'"),
    "one that is gone": ("scores", "DELETE FROM {} WHERE column_name = 'reading'"),
}


@pytest.fixture
def made(data: Path, tmp_path: Path) -> generated.Made:
    made = generated.dirty(tmp_path / "made.sqlite", 8_000)
    assert imports.from_file(made.path).status == 0
    assert _different(made.path) == []
    return made


@pytest.mark.parametrize("change", CHANGES)
def test_one_changed_value_is_a_difference(made: generated.Made, change: str) -> None:
    table, words = CHANGES[change]

    _run(f"UPDATE zoo.{table} {words}")

    assert _different(made.path) == [table]


@pytest.mark.parametrize("change", REJECTED)
def test_a_reject_that_is_not_the_diverted_value_is_a_difference(
    made: generated.Made, change: str
) -> None:
    table, statement = REJECTED[change]

    _run(statement.format('zoo."~rejects"'))

    assert _different(made.path) == [table]


def _server() -> Server:
    server = application_database.server()
    assert server
    return server


def _run(statement: str) -> None:
    server = _server()
    server.run(statement, server.settings.data_database)


def _different(path: Path) -> list[str]:
    names = {one["source"]: one["name"] for one in Database.objects.get().report["tables"]}
    return [one.table for one in comparing.compared(path, _server(), "zoo", names)]

"""The demo database, built from nothing but a seed."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from thoth_ai.demo import districts, rows, schools
from thoth_ai.demo.dice import Dice
from thoth_ai.demo.meals import meal_row
from thoth_ai.demo.schema import FRPM, SATSCORES, SCHOOLS, TABLES, Row, Table, Value
from thoth_ai.demo.scores import score_rows

NAME = "california_schools"
TITLE = "California Schools (demo)"
NOTICE = (
    "The rows of this database are invented: it is shaped like public California school data, "
    "and apart from the names of the counties no district, school, person or figure in it is real."
)
SEED = 20141
PAGE_SIZE = 4096


def build(path: Path) -> None:
    """Write the demo database, the same everywhere and every time; a file in its way goes."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA foreign_keys = ON")
        with connection:
            _fill(connection)


def _fill(connection: sqlite3.Connection) -> None:
    for table in TABLES:
        connection.execute(table.create())
    dice = Dice(SEED)
    all_districts = districts.found(dice)
    all_schools = schools.found(dice, all_districts)
    taught = tuple(one for one in all_schools if one.taught and one.kind.serves_meals)
    seniors = tuple(one for one in taught if one.kind.has_seniors)
    _store(connection, SCHOOLS, (rows.district_row(dice, one) for one in all_districts))
    _store(connection, SCHOOLS, (rows.school_row(dice, one) for one in all_schools))
    _store(connection, FRPM, (meal_row(dice, one) for one in taught))
    _store(connection, SATSCORES, score_rows(dice, seniors))


def _store(connection: sqlite3.Connection, table: Table, found: Iterable[Row]) -> None:
    values = sorted((table.values(row) for row in found), key=_key)
    connection.executemany(table.insert(), values)


def _key(values: tuple[Value, ...]) -> str:
    return str(values[0])

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from thoth_ai.importing import inspection
from thoth_ai.profiles import joins, passing
from thoth_ai.profiles.joins import Join, Seen

SHOP = """
    CREATE TABLE customers (id INTEGER PRIMARY KEY, mail TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, quantity INTEGER,
        sku TEXT, parent INTEGER);
    CREATE TABLE Product (ProductCode TEXT PRIMARY KEY, price REAL);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    INSERT INTO customers SELECT i, 'c' || i FROM n;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO orders SELECT i, 1 + i % 400, i % 9, 'P-' || (i % 90), NULL FROM n;
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
    INSERT INTO Product SELECT 'P-' || i, i FROM n;
"""


class Silent:
    def progress(self, *_: object) -> None: ...


class Clock:
    """A second goes by each time it is asked, or none ever."""

    def __init__(self, *, standing: bool = False) -> None:
        self.times, self._standing = 0, standing
        self.watch = joins.Watch(clock=self)

    def __call__(self) -> float:
        self.times += 1
        return 0.0 if self._standing else float(self.times)


def likely(path: Path, script: str) -> list[Join]:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(script)
    return joins.likely(path, seen(path))


def seen(path: Path) -> Sequence[Seen]:
    tables = inspection.inspect(path, Silent())
    reports = passing.profiled(path, tables, lambda _: None)
    return [
        Seen(table, table, [column.profile for column in report.columns])
        for table, report in zip(tables, reports, strict=True)
    ]


def ends(found: Sequence[Join]) -> set[tuple[str, str]]:
    return {
        (f"{one.table}.{one.column}", f"{one.referenced_table}.{one.referenced_column}")
        for one in found
    }


def test_a_column_that_names_a_table_and_holds_its_keys_joins_it(tmp_path: Path) -> None:
    found = likely(tmp_path / "t.sqlite", SHOP)

    assert ends(found) == {
        ("orders.customer_id", "customers.id"),
        ("orders.sku", "Product.ProductCode"),
    }
    assert found[0].score == 1.0
    assert all(one.contained == 1.0 for one in found)


def test_what_is_declared_is_not_looked_for(tmp_path: Path) -> None:
    declared = SHOP.replace("customer_id INTEGER", "customer_id INTEGER REFERENCES customers")

    assert ends(likely(tmp_path / "t.sqlite", declared)) == {("orders.sku", "Product.ProductCode")}


def test_values_that_are_elsewhere_are_no_join(tmp_path: Path) -> None:
    other = SHOP.replace("1 + i % 400", "400 + i % 400")

    assert ("orders.customer_id", "customers.id") not in ends(likely(tmp_path / "t.sqlite", other))


def test_thousands_of_tables_are_looked_at_in_bounded_time(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        for number in range(1_500):
            connection.execute(
                f"CREATE TABLE things_{number} (id INTEGER PRIMARY KEY, thing_id INTEGER, x TEXT)"
            )
            connection.execute(f"INSERT INTO things_{number} VALUES (1, 1, 'a'), (2, 2, 'b')")

    asked = Clock(standing=True)
    found = joins.likely(path, seen(path), asked.watch)

    assert len(found) <= joins.MOST_LOOKED_AT
    assert asked.times < 1_500 * 2 * 2 * joins.MOST_NEAR + joins.MOST_LOOKED_AT


def wide(path: Path, columns: int) -> Sequence[Seen]:
    names = ", ".join(f"c{number} INTEGER" for number in range(columns))
    values = ", ".join(f"n.i * {number + 1}" for number in range(columns))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE wide ({names})")
        connection.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)"
            f" INSERT INTO wide SELECT {values} FROM n"
        )
    return seen(path)


def test_the_columns_of_a_wide_table_are_not_all_compared_with_each_other(tmp_path: Path) -> None:
    asked = Clock(standing=True)

    joins.likely(tmp_path / "t.sqlite", wide(tmp_path / "t.sqlite", 400), asked.watch)

    assert asked.times <= 400 * joins.MOST_NEAR + joins.MOST_LOOKED_AT + 2


def test_pairs_are_no_more_looked_for_when_half_of_the_time_is_over(tmp_path: Path) -> None:
    asked = Clock()

    joins.likely(tmp_path / "t.sqlite", wide(tmp_path / "t.sqlite", 100), asked.watch)

    assert asked.times <= joins.SECONDS + 3


def test_whoever_stops_an_import_stops_the_looking_for_joins(tmp_path: Path) -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        joins.likely(tmp_path / "t.sqlite", wide(tmp_path / "t.sqlite", 9), joins.Watch(stop))

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server import databases
from thoth_ai.importing import inspection
from thoth_ai.values import building, collecting, columns
from thoth_ai.values.collecting import Sources
from thoth_ai.values.columns import Wanted
from thoth_ai.values.index import ValueIndex
from thoth_ai.values.reading import SqliteValues

SCRIPT = """
    CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, year INTEGER, day DATE, price REAL,
        story TEXT, raw BLOB, "we""ird" VARCHAR(9), untyped);
    WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1500)
    INSERT INTO t SELECT x, 'name ' || x, 2000 + x % 20, date('2020-01-01', '+' || (x % 30)
        || ' days'), x * 1.5, printf('%.*c', 150, 'x') || x, x'00', 'a' || char(0) || (x % 3), NULL
        FROM n;
    INSERT INTO t (name, untyped) VALUES ('back\\slash' || char(10) || 'line', 'only'), ('', 3),
        (NULL, NULL), ('name 1', 'only');
"""


class Counting:
    """Reads as SQLite does, and says what of."""

    def __init__(self, path: Path) -> None:
        self.path, self.read = path, list[str]()

    def close(self) -> None:
        """Nothing stays open."""

    def mean_length(self, column: Wanted) -> float:
        return SqliteValues(self.path).mean_length(column)

    def different(self, column: Wanted, most: int):  # type: ignore[no-untyped-def]  # noqa: ANN201
        self.read.append(column.column)
        return SqliteValues(self.path).different(column, most)


@pytest.fixture
def source(tmp_path: Path) -> Counting:
    return Counting(databases.make(tmp_path / "t.sqlite", SCRIPT))


class _Silent:
    def progress(self, *_: object) -> None: ...


def collect(
    source: Counting, folder: Path, older: ValueIndex | None = None,
    prints: Callable[[Wanted], str] = lambda _: "p",
) -> collecting.Collected:  # fmt: skip
    wanted = columns.wanted(inspection.inspect(source.path, _Silent()))
    return collecting.collect(wanted, Sources(source, prints, older), folder, lambda _: None)


def test_columns_of_names_codes_and_few_numbers_are_taken(source: Counting, tmp_path: Path) -> None:
    found = collect(source, tmp_path)

    texts = {one.about["column"]: bytes(one.texts).decode() for one in found.filled}
    assert set(texts) == {"name", "year", "day", 'we"ird', "untyped"}
    assert len(texts["name"].split("\0")) == 1502, "every name, none twice, no empty one"
    assert "back\\slash\nline\0" in texts["name"]
    assert texts['we"ird'].split("\0") == ["a 1", "a 2", "a 0", ""]
    assert set(texts["untyped"].split("\0")) == {"only", "3", ""}
    assert {one["column"]: one["why"] for one in found.left_out} == {
        "id": "it has many different numbers",
        "story": "its texts are long",
    }


def test_a_second_try_reads_nothing_again(source: Counting, tmp_path: Path) -> None:
    first = collect(source, tmp_path)
    source.read.clear()

    second = collect(source, tmp_path)

    assert source.read == []
    assert [bytes(one.texts) for one in second.filled] == [bytes(one.texts) for one in first.filled]


def test_a_damaged_part_is_read_again(source: Counting, tmp_path: Path) -> None:
    first = [bytes(one.texts) for one in collect(source, tmp_path).filled]
    for part in tmp_path.glob("*.part"):
        part.write_bytes(part.read_bytes()[:-3] + b"???")
    source.read.clear()

    second = collect(source, tmp_path)

    assert source.read
    assert [bytes(one.texts) for one in second.filled] == first


def test_columns_that_did_not_change_are_taken_from_the_older_index(
    source: Counting, tmp_path: Path
) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    found = collect(source, tmp_path / "first")
    building.build(tmp_path / "old", found.filled, {}, 3)
    source.read.clear()

    again = collect(
        source,
        tmp_path / "second",
        ValueIndex(tmp_path / "old"),
        lambda column: "changed" if column.column == "name" else "p",
    )

    assert source.read == ["id", "name"], "what had been left out is looked at again"
    assert again.kept == 4
    assert [bytes(one.texts) for one in again.filled] == [bytes(one.texts) for one in found.filled]


def test_a_text_with_a_nul_is_as_long_as_it_is(tmp_path: Path) -> None:
    path = databases.make(
        tmp_path / "long.sqlite",
        """
        CREATE TABLE t (some TEXT, all_of_them TEXT);
        WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 30)
        INSERT INTO t SELECT 'short ' || x, 'a' || char(0) || printf('%.*c', 900000, 'x') FROM n;
        UPDATE t SET some = 'b' || char(0) || printf('%.*c', 900000, 'x') WHERE rowid = 1;
        """,
    )
    values, some = SqliteValues(path), Wanted("t", "some", few=False)

    (read,) = values.different(some, 1000)

    assert read[0] == 29
    assert len(read[1]) < 30 * 10
    assert values.mean_length(Wanted("t", "all_of_them", few=False)) > columns.LONGEST_MEAN
    values.close()


def test_the_length_of_a_text_is_that_of_its_characters(tmp_path: Path) -> None:
    path = databases.make(
        tmp_path / "wide.sqlite",
        f"CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('{'é' * 90}'), ('{'漢' * 90}'), (7), ('')",
    )
    values, column = SqliteValues(path), Wanted("t", "a", few=False)

    assert values.mean_length(column) == (90 + 90 + 1 + 0) / 4
    assert sum(count for count, _ in values.different(column, 9)) == 3
    values.close()

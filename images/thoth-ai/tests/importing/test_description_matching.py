import pytest

from thoth_ai.importing.description_files import ColumnNote, DescriptionFile
from thoth_ai.importing.description_matching import How, columns_of, pair
from thoth_ai.importing.inspection import ColumnSchema, TableSchema


def table(name: str, *columns: str) -> TableSchema:
    made = tuple(
        ColumnSchema(one, "TEXT", 0, not_null=False, generated=False, unique=False)
        for one in columns
    )
    return TableSchema(name, 0, made, ())


def described(name: str, *columns: str) -> DescriptionFile:
    return DescriptionFile(f"{name}.csv", [ColumnNote(one) for one in columns])


@pytest.mark.parametrize(
    ("file", "name", "how"),
    [
        ("rulings", "rulings", How.NAME),
        ("Rulings", "rulings", How.CASE),
        ("set translations", "set_translations", How.CASE),
        ("ruling", "rulings", How.NUMBER),
        ("Cities", "city", How.NUMBER),
        ("foreign_data", "legalities", How.COLUMNS),
    ],
)
def test_a_file_finds_its_table(file: str, name: str, how: How) -> None:
    others = table("cards", "id", "artist", "border")

    found = pair([described(file, "uuid", "text")], [others, table(name, "uuid", "text", "date")])

    assert [(one.table.name, one.how) for one in found] == [(name, how)]


def test_the_surest_name_goes_first() -> None:
    tables = [table("team", "a", "b"), table("teams", "a", "b")]

    found = pair([described("teams", "a", "b"), described("Team", "a", "b")], tables)

    assert {one.file.name: one.table.name for one in found} == {
        "teams.csv": "teams",
        "Team.csv": "team",
    }


def test_two_tables_that_fit_alike_are_not_guessed_between() -> None:
    tables = [table("one", "id", "name"), table("two", "id", "name")]

    assert pair([described("three", "id", "name")], tables) == []


def test_a_file_that_shares_little_is_not_used() -> None:
    assert pair([described("x", "id", "b", "c", "d")], [table("y", "id", "e", "f")]) == []


def test_columns_meet_without_case_spaces_and_signs() -> None:
    own = table("frpm", "CDSCode", " Percent (%) Eligible", "County Name", "a", "A ")
    notes = [ColumnNote(name) for name in ("cdscode", "Percent (%) Eligible", "county_name", "A")]

    found, absent = columns_of([*notes, ColumnNote("gone")], own)

    assert {name: note.name for name, note in found.items()} == {
        "CDSCode": "cdscode",
        " Percent (%) Eligible": "Percent (%) Eligible",
        "County Name": "county_name",
        "a": "A",
    }
    assert absent == ["gone"]

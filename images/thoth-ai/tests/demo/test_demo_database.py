"""The demo database is whole, the same everywhere, and of the public shape."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from thoth_ai.demo import database, names
from thoth_ai.demo.dice import Dice

CONTENT = "fb53e46d6cd358b7b7690b2463d26a1e0f3f9b4fdc25a881cd61423d9d9d6ec5"
SCHOOLS = (
    "CDSCode NCESDist NCESSchool StatusType County District School Street StreetAbr City Zip "
    "State MailStreet MailStrAbr MailCity MailZip MailState Phone Ext Website OpenDate "
    "ClosedDate Charter CharterNum FundingType DOC DOCType SOC SOCType EdOpsCode EdOpsName "
    "EILCode EILName GSoffered GSserved Virtual Magnet Latitude Longitude AdmFName1 AdmLName1 "
    "AdmEmail1 AdmFName2 AdmLName2 AdmEmail2 AdmFName3 AdmLName3 AdmEmail3 LastUpdate "
).split()
FRPM = [
    "CDSCode",
    "Academic Year",
    "County Code",
    "District Code",
    "School Code",
    "County Name",
    "District Name",
    "School Name",
    "District Type",
    "School Type",
    "Educational Option Type",
    "NSLP Provision Status",
    "Charter School (Y/N)",
    "Charter School Number",
    "Charter Funding Type",
    "IRC",
    "Low Grade",
    "High Grade",
    "Enrollment (K-12)",
    "Free Meal Count (K-12)",
    "Percent (%) Eligible Free (K-12)",
    "FRPM Count (K-12)",
    "Percent (%) Eligible FRPM (K-12)",
    "Enrollment (Ages 5-17)",
    "Free Meal Count (Ages 5-17)",
    "Percent (%) Eligible Free (Ages 5-17)",
    "FRPM Count (Ages 5-17)",
    "Percent (%) Eligible FRPM (Ages 5-17)",
    "2013-14 CALPADS Fall 1 Certification Status",
]
SATSCORES = (
    "cds rtype sname dname cname enroll12 NumTstTakr AvgScrRead AvgScrMath AvgScrWrite NumGE1500"
).split()
SHAPE = {"schools": SCHOOLS, "frpm": FRPM, "satscores": SATSCORES}


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        for name, statement in connection.execute(query).fetchall():
            digest.update(statement.encode())
            for row in connection.execute(f'SELECT * FROM "{name}" ORDER BY 1'):
                digest.update(repr(row).encode())
    return digest.hexdigest()


def _columns(demo: sqlite3.Connection, table: str) -> list[tuple[str, str, int]]:
    rows = demo.execute("SELECT name, type, pk FROM pragma_table_info(?)", (table,))
    return [(name, kind, key) for name, kind, key in rows]


def test_two_builds_hold_the_same(demo_file: Path, tmp_path: Path) -> None:
    database.build(tmp_path / "again.sqlite")

    assert (tmp_path / "again.sqlite").read_bytes() == demo_file.read_bytes()


def test_the_content_is_the_one_everybody_gets(demo_file: Path) -> None:
    assert _digest(demo_file) == CONTENT


def test_a_build_replaces_what_was_there(demo_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "demo.sqlite"
    path.write_text("something else")

    database.build(path)

    assert _digest(path) == _digest(demo_file)


def test_only_one_file_is_left_and_it_needs_no_log(demo_file: Path) -> None:
    with closing(sqlite3.connect(f"file:{quote(str(demo_file))}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert [file.name for file in demo_file.parent.iterdir()] == [demo_file.name]


def test_the_file_is_sound_and_every_reference_holds(demo: sqlite3.Connection) -> None:
    assert demo.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert demo.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_columns_are_the_public_ones_in_their_order(demo: sqlite3.Connection) -> None:
    found = {table: [name for name, _, _ in _columns(demo, table)] for table in SHAPE}

    assert found == SHAPE
    assert [len(columns) for columns in found.values()] == [49, 29, 11]


def test_the_types_are_those_of_the_public_data(demo: sqlite3.Connection) -> None:
    kinds = [kind for table in SHAPE for _, kind, _ in _columns(demo, table)]

    counted = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counted == {"TEXT": 62, "INTEGER": 12, "REAL": 12, "DATE": 3}


def test_every_table_has_a_key_and_two_refer_to_the_schools(demo: sqlite3.Connection) -> None:
    keys = {table: [n for n, _, key in _columns(demo, table) if key] for table in SHAPE}
    query = 'SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)'

    assert keys == {"schools": ["CDSCode"], "frpm": ["CDSCode"], "satscores": ["cds"]}
    assert demo.execute(query, ("schools",)).fetchall() == []
    assert demo.execute(query, ("frpm",)).fetchall() == [("CDSCode", "schools", "CDSCode")]
    assert demo.execute(query, ("satscores",)).fetchall() == [("cds", "schools", "CDSCode")]


def test_values_are_stored_as_their_columns_say(demo: sqlite3.Connection) -> None:
    stored = {"TEXT": "text", "DATE": "text", "INTEGER": "integer", "REAL": "real"}
    for table in SHAPE:
        for name, kind, _ in _columns(demo, table):
            query = f'SELECT DISTINCT typeof("{name}") FROM "{table}"'
            found = {value for (value,) in demo.execute(query)}
            assert found <= {stored[kind], "null"}, (table, name)


def test_there_are_rows_enough_to_ask_about(demo: sqlite3.Connection) -> None:
    counts = [demo.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in SHAPE]

    assert counts == [1794, 1095, 725]


def test_dice_fall_the_same_way_and_stay_in_range() -> None:
    dice = Dice(1)

    assert [dice.below(100) for _ in range(5)] == [42, 50, 64, 38, 79]
    assert {dice.between(3, 5) for _ in range(200)} == {3, 4, 5}
    assert all(-9 <= dice.bell(9) <= 9 for _ in range(200))
    assert {dice.weighted("abc", (1, 0, 9)) for _ in range(200)} == {"a", "c"}


def test_towns_are_told_apart_by_name() -> None:
    assert len({names.place(number) for number in range(600)}) == 600

"""Folders of CSV and Parquet files become databases, and no file is half understood."""

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet

from tests.server import databases, imports
from thoth_ai.importing import space
from thoth_ai.importing.tabular import child, converting
from thoth_ai.importing.tabular.tables import UnusableFileError, distinct
from thoth_ai.workspaces.models import Column, Workspace

SHOPS = """\ufeffid,Shop Name,opened,share,code,note
1,Blue Door,2020-01-31,0.5,007,
2,"Côte ""d'Or\""",2021-02-01,1.25,010,"a
b"
"""


def read(path: Path, table: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f'SELECT * FROM "{table}"').fetchall()


def types(path: Path, table: str) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[2] for row in connection.execute(f'PRAGMA table_info("{table}")')]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "My Shops"
    folder.mkdir()
    (folder / "shops.csv").write_text(SHOPS, encoding="utf-8")
    return folder


def parquet(path: Path) -> Path:
    whole = DataType.int64()
    columns = {
        "id": Array([1, 2**62, None], whole),
        "name": Array(["a", None, "ü"], DataType.string()),
        "share": Array([0.1, None, 1e300], DataType.float64()),
        "open": Array([True, False, None], DataType.bool()),
        "day": Array([0, 18_000, None], DataType.int32()).cast(DataType.date32()),
        "at": Array([1_600_000_000_000_000, 1, None], whole).cast(DataType.timestamp("us")),
        "raw": Array([b"\0\xff", b"", None], DataType.binary()),
    }
    table = Table.from_arrays(list(columns.values()), names=list(columns))
    write_parquet(table, str(path))
    return path


def test_a_csv_file_keeps_every_value_in_the_narrowest_type(folder: Path, tmp_path: Path) -> None:
    assert child.convert(folder, tmp_path / "made") == 2

    assert types(tmp_path / "made", "shops") == ["INTEGER", "TEXT", "DATE", "REAL", "TEXT", "TEXT"]
    assert read(tmp_path / "made", "shops") == [
        (1, "Blue Door", "2020-01-31", 0.5, "007", None),
        (2, 'Côte "d\'Or"', "2021-02-01", 1.25, "010", "a\nb"),
    ]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a;b\n1;2,5\n", [(1, "2,5")]),
        (b"a\tb\n1\tx\n", [(1, "x")]),
        ("a,b\nGröße,1\n".encode("cp1252"), [("Größe", 1)]),
        ("a,b\nü,1\n".encode("utf-16"), [("ü", 1)]),
        (b"a,b,a,\n1,2,3,4\n5\n", [(1, 2, 3, 4), (5, None, None, None)]),
        (b"a\n12345678901234567890\n-0\n", [("12345678901234567890",), ("-0",)]),
        (b"a\n0.1234567890123456789\n", [("0.1234567890123456789",)]),
        (b"a,b\n", []),
    ],
)
def test_other_kinds_of_csv_files_are_read(
    folder: Path, tmp_path: Path, content: bytes, rows: list[Any]
) -> None:
    (folder / "shops.csv").write_bytes(content)

    child.convert(folder, tmp_path / "made")

    assert read(tmp_path / "made", "shops") == rows


def test_names_that_are_missing_or_twice_become_different() -> None:
    assert distinct(["a", "A", "", " a ", "a_2"]) == ["a", "A_2", "column_3", "a_3", "a_2_2"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"a,b\n1,2,3\n", "3 fields in its row 2"),
        ("shops.tsv", b"a\n1\n", "one table"),
        ("a.parquet", b"PAR1" + bytes(100), "no Parquet file"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    data: Path, folder: Path, name: str, content: bytes, why: str
) -> None:
    (folder / name).write_bytes(content)

    outcome = imports.run("--folder", str(folder), name="shops")

    assert (outcome.status, outcome.last["code"]) == (7, "bad_files")
    assert why in outcome.last["message"]
    assert (imports.left(data), Workspace.objects.count()) == ([], 0)


def test_a_parquet_file_gives_every_value_back(folder: Path, tmp_path: Path) -> None:
    parquet(folder / "all kinds.parquet")

    child.convert(folder, tmp_path / "made")

    first, second, third = read(tmp_path / "made", "all kinds")
    at = datetime(2020, 9, 13, 12, 26, 40).isoformat(sep=" ")  # noqa: DTZ001 - it has none
    assert first == (1, "a", 0.1, 1, "1970-01-01", at, b"\0\xff")
    assert second[:2] == (2**62, None)
    assert second[4] == date(2019, 4, 14).isoformat()
    assert set(third) == {None, "ü", 1e300}


def test_a_folder_of_files_is_imported_as_one_database(data: Path, folder: Path) -> None:
    parquet(folder / "kinds.parquet")

    outcome = imports.run("--folder", str(folder), name="shops")

    assert outcome.status == 0, outcome.last
    assert {one["name"]: one["rows"] for one in outcome.last["tables"]} == {"shops": 2, "kinds": 3}
    assert Column.objects.filter(table__name="shops").count() == 6


def bundle(files: dict[str, bytes], **changes: str) -> bytes:
    told = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    manifest = json.dumps({"origin": "My Shops", "tables": told | changes}).encode()
    return databases.tar(("manifest.json", manifest), *files.items())


def test_a_bundle_may_bring_files_of_rows(data: Path) -> None:
    outcome = imports.from_bundle(bundle({"tables/shops.csv": SHOPS.encode()}))

    assert outcome.status == 0, outcome.last
    assert outcome.last["rows"] == 2


@pytest.mark.parametrize("name", ["tables/../../evil.csv", "tables/.x.csv", "tables/a/b.csv"])
def test_a_bundle_writes_nowhere_else(data: Path, name: str) -> None:
    outcome = imports.from_bundle(bundle({name: b"a\n1\n"}))

    assert outcome.last["code"] == "bundle_refused"
    assert imports.left(data) == []


def test_a_file_that_changed_on_its_way_is_noticed(data: Path) -> None:
    content = bundle({"tables/a.csv": b"a\n1\n"}, **{"tables/a.csv": "0" * 64})

    assert imports.from_bundle(content).status == 12
    assert imports.left(data) == []


@pytest.mark.parametrize("order", [1, -1])
def test_a_bundle_has_a_database_or_files_of_rows(data: Path, order: int) -> None:
    members = [("tables/a.csv", b"a\n1\n"), ("database.sqlite", b"anything")]
    content = bundle(dict(members[::order]))

    outcome = imports.from_bundle(content)

    assert outcome.last["code"] == "bundle_refused"
    assert imports.left(data) == []


def bomb(path: Path) -> Path:
    """Write many rows that take little room because they are all alike."""
    text = Array(["x" * 1000] * 20_000, DataType.string())
    write_parquet(Table.from_arrays([text], names=["a"]), str(path), compression="zstd(1)")
    return path


def test_files_that_unfold_fill_no_volume(
    data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = bomb(folder / "bomb.parquet").stat().st_size
    assert size < 100_000
    room = SimpleNamespace(free=space.RESERVE + 5_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room)

    outcome = imports.run("--folder", str(folder), name="shops")

    assert (outcome.status, outcome.last["code"]) == (14, "no_space")
    assert (imports.left(data), Workspace.objects.count()) == ([], 0)


def test_whoever_stops_an_import_ends_the_process_that_reads(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stops:
        times = 0

        def progress(self, *_: object) -> None:
            self.times += 1
            if self.times == 3:
                assert running_with(tmp_path / "made")
                raise KeyboardInterrupt

    monkeypatch.setattr(converting, "PAUSE", 0.001)
    stops = Stops()

    with pytest.raises(KeyboardInterrupt):
        converting.convert(folder, tmp_path / "made", stops)

    assert not (tmp_path / "made").exists()
    assert not running_with(tmp_path / "made")


def running_with(argument: Path) -> list[str]:
    """The processes of this machine that were started with it."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it may just end
            words = process.read_bytes().split(b"\0")
            found += [process.parent.name] if bytes(argument) in words else []
    return found


def test_a_page_that_cannot_be_read_is_told_with_its_file(data: Path, folder: Path) -> None:
    path = folder / "a.parquet"
    write_parquet(
        Table.from_arrays([Array(list(range(5000)), DataType.int64())], names=["n"]), str(path)
    )
    whole = bytearray(path.read_bytes())
    whole[8:4000] = bytes(3992)
    path.write_bytes(whole)

    outcome = imports.run("--folder", str(folder), name="shops")

    assert outcome.last["code"] == "bad_files"
    assert "a.parquet" in outcome.last["message"]


def test_what_the_database_refuses_is_told_with_its_file(folder: Path, tmp_path: Path) -> None:
    names = ",".join(f"c{number}" for number in range(3000))
    (folder / "wide.csv").write_text(f"{names}\n")

    with pytest.raises(UnusableFileError, match=r"wide\.csv: too many columns"):
        child.convert(folder, tmp_path / "made")

"""A folder of files of rows goes to the server as it is, each file with its checksum."""

import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from thothctl.adapters import importer
from thothctl.adapters.bird_folder import find
from thothctl.adapters.importer import StreamImporter
from thothctl.errors import InvalidInputError
from thothctl.model.answer import DatabaseSource, ImportRequest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "My Shops"
    folder.mkdir()
    (folder / "shops.CSV").write_text("id,name\n1,a\n")
    (folder / "orders.parquet").write_bytes(b"PAR1")
    (folder / ".hidden.csv").write_text("no")
    (folder / "readme.txt").write_text("no")
    return folder


def test_a_folder_of_files_of_rows_is_one_database(folder: Path) -> None:
    found = find(folder)

    assert (found.sources, found.is_root) == ((DatabaseSource(folder),), False)


def test_a_folder_without_any_is_refused_and_told_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as caught:
        find(tmp_path)

    assert "CSV or Parquet" in caught.value.hint


def test_its_files_are_sent_with_their_checksums(folder: Path, tmp_path: Path) -> None:
    source = DatabaseSource(folder)
    with StreamImporter(tmp_path, {}, lambda _: None).snapshot(source) as snapshot:
        request = ImportRequest("shops", source, snapshot.path, snapshot.bytes, "", replace=False)
    kept = tmp_path / "sent.tar"
    with kept.open("wb") as pipe:
        importer._feed(pipe, request, [], lambda _: None)  # noqa: SLF001 - what goes into the pipe

    with tarfile.open(kept) as archive:
        contents = {one.name: (archive.extractfile(one) or io.BytesIO()).read() for one in archive}
    manifest = json.loads(contents.pop("manifest.json"))
    assert set(contents) == {"tables/shops.csv", "tables/orders.parquet"}
    assert manifest["tables"] == {
        name: hashlib.sha256(content).hexdigest() for name, content in contents.items()
    }

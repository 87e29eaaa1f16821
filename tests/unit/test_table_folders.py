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
    with StreamImporter(tmp_path, {}, {}, lambda _: None).snapshot(source) as snapshot:
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


def test_questions_are_read_once_however_many_databases_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", 'c "d"'):
        (tmp_path / "database" / name).mkdir(parents=True)
        (tmp_path / "database" / name / f"{name}.sqlite").touch()
    (tmp_path / "train_spider.json").write_text(json.dumps([{"db_id": "a"}, {"db_id": "b"}]))
    (tmp_path / "train_others.json").write_text(json.dumps([{"db_id": 'c "d"'}]))
    read, reading = list[str](), Path.read_bytes

    def noted(path: Path) -> bytes:
        read.append(path.name)
        return reading(path)

    monkeypatch.setattr(Path, "read_bytes", noted)

    found = find(tmp_path).sources

    assert [(one.questions or one.file).name for one in found] == [
        "train_spider.json", "train_spider.json", "train_others.json"
    ]  # fmt: skip
    assert sorted(read) == ["train_others.json", "train_spider.json"]

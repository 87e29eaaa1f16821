import io
import os
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server import databases, imports
from thoth_ai.workspaces.models import Workspace


def nothing_is_left(data: Path) -> bool:
    return imports.left(data) == [] and not Workspace.objects.exists()


def content_of(tmp_path: Path, rows: int = 3) -> bytes:
    return databases.small(tmp_path / "source.sqlite", rows).read_bytes()


CASES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "no_tables"),
    "text": (lambda _: b"id,name\n1,crane\n", "not_sqlite"),
    "encrypted": (lambda _: bytes(range(128, 256)) * 64, "encrypted"),
    "truncated": (lambda raw: raw[: len(raw) - 4096], "truncated"),
    "header only": (lambda raw: raw[:50], "truncated"),
    "damaged": (lambda raw: raw[:4096] + b"\xff" * (len(raw) - 4096), "damaged"),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("way", ["file", "bundle"])
def test_a_bad_file_is_refused_and_leaves_nothing(
    data: Path, tmp_path: Path, case: str, way: str
) -> None:
    spoil, code = CASES[case]
    content = spoil(content_of(tmp_path, rows=2000))
    path = tmp_path / "bad.sqlite"
    path.write_bytes(content)

    if way == "file":
        outcome = imports.from_file(path)
    else:
        outcome = imports.from_bundle(databases.bundle(content))

    assert (outcome.status, outcome.last["code"]) == (7, code)
    assert outcome.last["hint"]
    assert nothing_is_left(data)


def test_a_database_without_tables_is_refused(data: Path, tmp_path: Path) -> None:
    path = databases.make(tmp_path / "zoo.sqlite", "CREATE TABLE a (b); DROP TABLE a;")

    assert imports.from_file(path).last["code"] == "no_tables"


def test_a_missing_file_is_refused(data: Path, tmp_path: Path) -> None:
    assert imports.from_file(tmp_path / "none.sqlite").status == 7


def test_a_bundle_brings_its_questions(data: Path, tmp_path: Path) -> None:
    questions = b'[{"question": "Who is number two?", "SQL": "SELECT 2", "db_id": "zoo"}]'
    content = databases.bundle(content_of(tmp_path), ("questions.json", questions))

    outcome = imports.from_bundle(content, name="mine")

    assert outcome.status == 0, outcome.last
    assert outcome.last["examples"] == 4


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "notes.txt", "a/database.sqlite", "manifest.json", ".lock"]
)
def test_an_unexpected_member_refuses_the_bundle(data: Path, tmp_path: Path, name: str) -> None:
    outcome = imports.from_bundle(databases.bundle(content_of(tmp_path), (name, b"evil")))

    assert (outcome.status, outcome.last["code"]) == (7, "bundle_refused")
    assert nothing_is_left(data)
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE]
)
def test_only_plain_files_pass(data: Path, kind: bytes) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("database.sqlite")
        member.type = kind
        member.linkname = "/etc/passwd"
        archive.addfile(member)

    outcome = imports.from_bundle(out.getvalue())

    assert (outcome.status, outcome.last["code"]) == (7, "bundle_refused")
    assert nothing_is_left(data)


@pytest.mark.parametrize("changes", [{"sha256": "0" * 64}, {"bytes": 1}, {"sha256": None}])
def test_a_bundle_that_does_not_verify_is_refused(
    data: Path, tmp_path: Path, changes: dict[str, object]
) -> None:
    outcome = imports.from_bundle(databases.bundle(content_of(tmp_path), **changes))

    assert (outcome.status, outcome.last["code"]) == (12, "not_verified")
    assert nothing_is_left(data)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.8])
def test_a_stream_that_ends_early_is_refused(data: Path, tmp_path: Path, share: float) -> None:
    content = databases.bundle(content_of(tmp_path, rows=2000))

    outcome = imports.from_bundle(content[: int(len(content) * share)])

    assert (outcome.status, outcome.last["code"]) == (12, "not_verified")
    assert nothing_is_left(data)


def test_a_database_larger_than_the_disk_is_refused(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = os.statvfs(data)
    free = usage.f_bavail * usage.f_frsize
    member = tarfile.TarInfo("database.sqlite")
    member.size = free
    stream = member.tobuf(tarfile.GNU_FORMAT)

    outcome = imports.from_bundle(stream + b"\0" * 4096)

    assert (outcome.status, outcome.last["code"]) == (14, "no_space")
    assert nothing_is_left(data)


@pytest.mark.parametrize("page", [3, 7])
def test_a_damaged_page_is_named(data: Path, tmp_path: Path, page: int) -> None:
    path = databases.small(tmp_path / "pages.sqlite", rows=5_000)
    raw = bytearray(path.read_bytes())
    size = int.from_bytes(raw[16:18], "big")
    raw[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(raw)

    outcome = imports.from_file(path)

    assert (outcome.status, outcome.last["code"]) == (7, "damaged")
    assert re.search(rf"\bpage {page}\b", outcome.last["message"], re.IGNORECASE)
    assert nothing_is_left(data)

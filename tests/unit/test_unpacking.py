"""Archives are unpacked where they say what they hold, and refused where they were made to harm."""

import io
import random
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from thothctl.adapters import unpacking
from thothctl.errors import ExitCode, InvalidInputError


def zipped(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def tarred(path: Path, *members: tuple[str, bytes]) -> Path:
    compressor = "gz" if path.suffix == ".tgz" else path.suffix[1:]
    with tarfile.open(path, f"w:{compressor}") as archive:  # type: ignore[call-overload]  # any of them
        for name, content in members:
            one = tarfile.TarInfo(name)
            one.size = len(content)
            archive.addfile(one, io.BytesIO(content))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.mark.parametrize(("make", "name"), [(zipped, "dev.zip"), (tarred, "dev.tar.gz")])
def test_a_folder_in_an_archive_is_that_folder(
    tmp_path: Path, folder: Path, make: Callable[..., Path], name: str
) -> None:
    members = (("dev/a/a.sqlite", b"x"), ("dev/dev.json", b"[]"), ("__MACOSX/._a", b"?"))
    archive = make(tmp_path / name, *members)

    root = unpacking.unpack(archive, folder)

    assert root == folder / "dev"
    found = {str(one.relative_to(root)) for one in root.rglob("*") if one.is_file()}
    assert found == {"a/a.sqlite", "dev.json"}


def test_files_beside_each_other_stay_so(tmp_path: Path, folder: Path) -> None:
    archive = zipped(tmp_path / "a.zip", ("a.sqlite", b"x"), ("words/t.csv", b"y"))

    assert unpacking.unpack(archive, folder) == folder


def many_times_larger(path: Path) -> Path:
    return zipped(path, *((f"{number}.db", bytes(100 * unpacking.MIB)) for number in range(3)))


def with_a_lie(path: Path) -> Path:
    content = bytearray(zipped(path, ("a.db", b"long " * 1000)).read_bytes())
    for start in (content.find(b"PK\x03\x04") + 22, content.find(b"PK\x01\x02") + 24):
        content[start : start + 4] = (10).to_bytes(4, "little")
    path.write_bytes(content)
    return path


BOMBS: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "many times larger": ("a.zip", many_times_larger),
    "larger than it says": ("a.zip", with_a_lie),
    "upwards": ("a.zip", lambda path: zipped(path, ("../evil", b"x"))),
    "from the root": ("a.tar.gz", lambda path: tarred(path, ("/tmp/evil", b"x"))),  # noqa: S108
    "a drive": ("a.zip", lambda path: zipped(path, ("C:\\evil", b"x"))),
    "not an archive": ("a.zip", lambda path: (path.write_bytes(b"SQLite") and path) or path),
    "cut short": ("a.tgz", lambda path: cut(tarred(path, ("a.db", bytes(range(256)) * 900)))),
}


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-200])
    return path


@pytest.mark.parametrize("kind", BOMBS)
def test_what_was_made_to_harm_is_refused(tmp_path: Path, folder: Path, kind: str) -> None:
    name, make = BOMBS[kind]

    with pytest.raises(InvalidInputError) as caught:
        unpacking.unpack(make(tmp_path / name), folder)

    assert caught.value.exit_code == ExitCode.INVALID_INPUT
    assert caught.value.hint
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz"])
@pytest.mark.parametrize("place", ["in the middle", "its checksum"])
def test_what_was_damaged_on_its_way_is_refused(
    tmp_path: Path, folder: Path, ending: str, place: str
) -> None:
    content = random.Random(1).randbytes(90_000)  # noqa: S311 - the same every time
    archive = tarred(tmp_path / f"a.tar.{ending}", ("a.sqlite", content))
    damaged = bytearray(archive.read_bytes())
    damaged[len(damaged) // 2 if place == "in the middle" else -8] ^= 1
    archive.write_bytes(damaged)

    with pytest.raises(InvalidInputError, match="is damaged"):
        unpacking.unpack(archive, folder)


def test_too_many_members_are_refused(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_MEMBERS", 3)

    with pytest.raises(InvalidInputError, match="more than 3 members"):
        unpacking.unpack(zipped(tmp_path / "a.zip", *((f"{n}", b"") for n in range(5))), folder)


def test_links_are_left_out(tmp_path: Path, folder: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        link = tarfile.TarInfo("a.sqlite")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        one = zipfile.ZipInfo("b.sqlite")
        one.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(one, "/etc/passwd")

    unpacking.unpack(tmp_path / "a.tar", folder)
    unpacking.unpack(tmp_path / "a.zip", folder)

    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "stem"),
    [("dev.zip", "dev"), ("a.b.tar.gz", "a.b"), ("x.TGZ", "x"), (".zip", "database")],
)
def test_the_name_of_what_is_unpacked(name: str, stem: str) -> None:
    assert unpacking.stem_of(name) == stem

"""Unpacking in the toolbox: a tar of ours comes out as it was, and nothing gets out."""

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import load

PROGRAM = Path(__file__).parents[2] / "images/toolbox/bin/thoth-untar"
REFUSED = 12
KINDS = st.sampled_from(
    [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE,
     tarfile.BLKTYPE, tarfile.FIFOTYPE]
)  # fmt: skip
PLACES = st.lists(st.sampled_from(["..", ".", "a", "b", "etc", ""]), min_size=1, max_size=4).map(
    "/".join
)
MODES = st.sampled_from([0o600, 0o755, 0o4755, 0o2755])


UNTAR = load(PROGRAM)


def member(
    name: str, kind: bytes = tarfile.REGTYPE, link: str = "", mode: int = 0o600
) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.mode = kind, link, mode
    made.uid, made.gid = os.getuid(), os.getgid()
    made.size = 4 if kind == tarfile.REGTYPE else 0
    return made


def packed(*members: tarfile.TarInfo) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for one in members:
            tar.addfile(one, io.BytesIO(b"evil") if one.size else None)
    return stream.getvalue()


def unpack(folder: Path, content: bytes) -> "subprocess.CompletedProcess[bytes]":
    argv = [sys.executable, str(PROGRAM), str(folder)]
    return subprocess.run(argv, input=content, capture_output=True, check=False)


@pytest.mark.parametrize(
    "bad",
    [
        member("../out"),
        member("a/../../out"),
        member("/out/of/it"),
        member("link", tarfile.SYMTYPE, "/etc/passwd"),
        member("a/link", tarfile.SYMTYPE, "../../out"),
        member("hard", tarfile.LNKTYPE, "../out"),
        member("device", tarfile.CHRTYPE),
        member("block", tarfile.BLKTYPE),
        member("pipe", tarfile.FIFOTYPE),
        member("suid", mode=0o4755),
        member("sgid", mode=0o2755),
    ],
    ids=lambda one: one.name,
)
def test_a_member_that_tries_to_get_out_is_refused_before_it_is_written(
    bad: tarfile.TarInfo, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()

    done = unpack(folder, packed(bad))

    assert done.returncode == REFUSED
    assert list(folder.iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in"]


def test_nothing_is_written_through_a_link_that_came_before(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "out").mkdir()
    members = (
        member("a", tarfile.DIRTYPE, mode=0o755),
        member("b", tarfile.SYMTYPE, "a"),
        member("b/file"),
    )

    done = unpack(folder, packed(*members))

    assert done.returncode == REFUSED
    assert list((folder / "a").iterdir()) == []


def test_a_file_that_comes_twice_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()

    done = unpack(folder, packed(member("a"), member("a", tarfile.LNKTYPE, "a")))

    assert done.returncode == REFUSED
    assert b"twice" in done.stderr


@given(
    parts=st.lists(st.tuples(PLACES, KINDS, PLACES, MODES), min_size=1, max_size=5),
    absolute=st.booleans(),
)
@settings(max_examples=300)
def test_whatever_a_tar_holds_the_world_outside_the_folder_stays_as_it_is(
    parts: list[tuple[str, bytes, str, int]], *, absolute: bool
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder, witness = Path(place) / "in", Path(place) / "etc"
        folder.mkdir()
        witness.write_text("mine")
        start = f"{place}/" if absolute else ""
        members = [member(start + n, k, link, mode) for n, k, link, mode in parts]
        _in_process(folder, packed(*members))

        assert sorted(p.name for p in Path(place).iterdir()) == ["etc", "in"]
        assert witness.read_text() == "mine"
        assert witness.stat().st_nlink == 1
        for path in folder.rglob("*"):
            assert not path.is_symlink() or _leads_inside(folder, path)
            assert path.is_symlink() or path.is_file() or path.is_dir()
            assert not path.lstat().st_mode & 0o6000 or path.is_dir()


def _in_process(folder: Path, content: bytes) -> None:
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = io.TextIOWrapper(io.BytesIO(content))
    sys.stdout = sys.stderr = io.StringIO()
    try:
        UNTAR.main(str(folder))
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


def _leads_inside(folder: Path, link: Path) -> bool:
    return Path(os.path.normpath(link.parent / link.readlink())).is_relative_to(folder)


def test_a_tar_of_ours_comes_out_as_it_was(tmp_path: Path) -> None:
    source, folder = tmp_path / "source", tmp_path / "in"
    (source / "deep/er").mkdir(parents=True)
    (source / "deep/er/file").write_bytes(b"x" * 100_000)
    (source / "deep/link").symlink_to("er/file")
    (source / "ro").write_text("once")
    (source / "ro").chmod(0o444)
    source.chmod(0o711)
    folder.mkdir(mode=0o750)
    words = ["tar", "--create", "--numeric-owner", "--sort=name", "--format=gnu"]
    made = subprocess.run([*words, f"--directory={source}", "."], capture_output=True, check=True)

    done = unpack(folder, made.stdout)

    assert done.returncode == 0, done.stderr
    assert done.stdout == b'{"files": 2}\n'
    assert (folder / "deep/link").read_bytes() == b"x" * 100_000
    assert folder.stat().st_mode & 0o777 == 0o750, (
        "the folder itself belongs to whom it is given to"
    )
    assert (folder / "ro").stat().st_mode & 0o777 == 0o444
    assert (folder / "deep").stat().st_mtime == pytest.approx((source / "deep").stat().st_mtime)


def test_a_torn_tar_is_refused(tmp_path: Path) -> None:
    content = packed(member("a"), member("b"))

    assert unpack(tmp_path, content[:700]).returncode == REFUSED

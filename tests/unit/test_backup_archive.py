"""The archive: one portable file, complete or refused."""

import hashlib
import subprocess
from pathlib import Path

import pytest
from backup_samples import HEAD, KEY, PARTS, written

from thothctl.adapters.archive_file import ArchiveFiles
from thothctl.adapters.backup_folder import BackupFolder
from thothctl.errors import (
    IncompatibleError,
    IntegrityError,
    InvalidInputError,
    ThothctlError,
)
from thothctl.model.backup import SUFFIX

ARCHIVES = ArchiveFiles()


def whole(path: Path) -> bool:
    """Everything in it is read and is what was written; raises IntegrityError when refused."""
    archive = ARCHIVES.open(path)
    assert archive.key() in {None, KEY}
    return all(
        hashlib.sha256(b"".join(archive.read(part))).hexdigest() == part.stored_sha256
        for part in archive.manifest.parts
    )


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    manifest = written(tmp_path / "a", key=KEY)

    archive = ARCHIVES.open(tmp_path / "a")

    assert archive.head == HEAD
    assert archive.manifest == manifest
    assert archive.key() == KEY
    assert {p.name: b"".join(archive.read(p)) for p in manifest.parts} == PARTS


def test_tar_and_sha256sum_read_it_without_this_program(tmp_path: Path) -> None:
    written(tmp_path / "a", key=KEY)

    subprocess.run(["tar", "-xf", tmp_path / "a", "-C", tmp_path], check=True)

    subprocess.run(["sha256sum", "--quiet", "--check", "SHA256SUMS"], cwd=tmp_path, check=True)
    assert (tmp_path / "parts/data.tar.zst.age").read_bytes() == PARTS["data.tar"]


def test_f4_an_archive_that_was_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "a")
    content = (tmp_path / "a").read_bytes()
    sums = content.index(b"SHA256SUMS")
    (tmp_path / "b").write_bytes(content)

    for size in range(0, sums + 512, 97):
        (tmp_path / "b").write_bytes(content[:size])
        with pytest.raises(IntegrityError, match="no complete backup"):
            ARCHIVES.open(tmp_path / "b")


def test_a_flipped_byte_anywhere_in_what_is_kept_is_noticed(tmp_path: Path) -> None:
    """Only the zeros that fill up a block may be anything."""
    written(tmp_path / "a", key=KEY)
    content = bytearray((tmp_path / "a").read_bytes())
    for place in range(0, len(content), 13):
        if content[place] == 0:
            continue
        changed = bytearray(content)
        changed[place] ^= 0x20
        (tmp_path / "b").write_bytes(changed)
        try:
            assert not whole(tmp_path / "b"), place
        except ThothctlError:
            continue


def test_a_part_that_is_missing_is_noticed(tmp_path: Path) -> None:
    written(tmp_path / "a", leave_out="data.tar")

    with pytest.raises(IntegrityError, match=r"data\.tar"):
        whole(tmp_path / "a")


def test_a_later_format_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a"
    written(path)
    content = path.read_bytes()
    old, new = b"thoth-backup/1", b"thoth-backup/2"
    head = content[512 : content.index(b"\0", 512)]
    before = hashlib.sha256(head).hexdigest().encode()
    after = hashlib.sha256(head.replace(old, new)).hexdigest().encode()
    path.write_bytes(content.replace(old, new).replace(before, after))

    with pytest.raises(IncompatibleError, match="thoth-backup/2"):
        ARCHIVES.open(path)


def test_a_link_or_a_way_out_is_no_member(tmp_path: Path) -> None:
    (tmp_path / "target").symlink_to("/etc/passwd")
    subprocess.run(["tar", "-cf", "evil", "target"], cwd=tmp_path, check=True)

    with pytest.raises(IntegrityError, match="no plain file"):
        ARCHIVES.open(tmp_path / "evil")


def test_f16_archives_of_others_and_rubbish_are_left_out(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path, ARCHIVES)
    written(folder.stage(HEAD.id))
    folder.publish(HEAD.id)
    (tmp_path / f"rubbish{SUFFIX}").write_bytes(b"x" * 2000)
    other = HEAD.id.replace("default", "other")
    (tmp_path / f"{other}{SUFFIX}").write_bytes((tmp_path / f"{HEAD.id}{SUFFIX}").read_bytes())

    assert [one.id for one in folder.backups(HEAD.install)] == [HEAD.id]
    assert folder.backups("another-install") == ()
    assert set(folder.strangers(HEAD.install)) == {f"rubbish{SUFFIX}", f"{other}{SUFFIX}"}


def test_what_is_staged_is_no_backup(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path, ARCHIVES)
    written(folder.stage(HEAD.id))

    assert folder.backups(HEAD.install) == ()
    folder.discard(HEAD.id)
    folder.discard(HEAD.id)
    assert not list((tmp_path / ".staging").iterdir())


def test_a_target_that_is_a_file_refuses_to_stage_and_has_nothing_to_discard(
    tmp_path: Path,
) -> None:
    (tmp_path / "target").write_text("somebody's")
    folder = BackupFolder(tmp_path / "target", ARCHIVES)

    with pytest.raises(InvalidInputError):
        folder.stage(HEAD.id)
    folder.discard(HEAD.id)
    assert (tmp_path / "target").read_text() == "somebody's"

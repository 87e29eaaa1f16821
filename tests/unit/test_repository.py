"""What a program that went to another place came back with, and parts in repositories."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest
from backup_samples import HEAD, written

from thothctl.adapters.archive_file import ArchiveFiles
from thothctl.adapters.elsewhere import Elsewhere
from thothctl.adapters.places import Credentials
from thothctl.errors import (
    AnswerMissingError,
    BackupFailedError,
    IntegrityError,
    LoginRequiredError,
    NetworkError,
    NoSpaceError,
    ThothctlError,
)
from thothctl.model.backup import Part, PartKind
from thothctl.world.backups import Ended, Task, Toolbox
from thothctl.world.repositories import Reach, Repositories, refuse

PART = Part("data.tar", "data", PartKind.TAR, 3, "", 3, "", {}, "abc:/volume/.thoth-backup")


@dataclass
class PlayedTools:
    """Streams what it is told to, and ends so."""

    status: int = 0
    said: bytes = b"thoth-plain/1\nabc"
    tasks: list[Task] = field(default_factory=list)

    def stream(self, task: Task, ended: Callable[[Ended], None]) -> Iterator[bytes]:
        self.tasks.append(task)
        yield self.said
        ended(Ended(self.status, ("it broke",)))

    @contextmanager
    def reached(self, target: str, install: str, key: Path, *, beside: str = "") -> Iterator[Reach]:
        yield Reach(())


def elsewhere(tools: PlayedTools, home: Path) -> Elsewhere:
    return Elsewhere(
        home,
        lambda: cast("Toolbox", tools),
        lambda: cast("Repositories", tools),
        lambda _: Credentials(lambda _: ""),
    )


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (1, BackupFailedError),
        (11, BackupFailedError),
        (12, IntegrityError),
        (15, NetworkError),
        (16, LoginRequiredError),
    ],
)
def test_each_end_of_a_program_has_its_meaning(status: int, error: type[ThothctlError]) -> None:
    with pytest.raises(error) as raised:
        refuse(Ended(status, ("why",)), "it")
    assert type(raised.value) is error


def test_a_full_disk_is_told_apart() -> None:
    with pytest.raises(NoSpaceError):
        refuse(Ended(1, ("write: No space left on device",)), "it")


def test_a_part_in_a_repository_is_streamed_with_its_key(tmp_path: Path) -> None:
    tools = PlayedTools()
    (tmp_path / f"{HEAD.install}.repository").mkdir()
    far = elsewhere(tools, tmp_path)

    got = b"".join(far.snapshot(tmp_path / "x", HEAD, PART, tmp_path / "key"))

    assert got == tools.said
    assert tools.tasks[0].argv[-3:] == ("dump", PART.snapshot, "data.tar")


def test_without_its_key_or_its_repository_nothing_is_read(tmp_path: Path) -> None:
    far = elsewhere(PlayedTools(), tmp_path)

    with pytest.raises(AnswerMissingError):
        list(far.snapshot(tmp_path / "x", HEAD, PART, None))
    with pytest.raises(IntegrityError, match="not beside it"):
        list(far.snapshot(tmp_path / "x", HEAD, PART, tmp_path / "key"))


def test_a_repository_that_answers_and_breaks_is_damaged(tmp_path: Path) -> None:
    (tmp_path / f"{HEAD.install}.repository").mkdir()
    far = elsewhere(PlayedTools(status=1), tmp_path)

    with pytest.raises(IntegrityError, match="it broke"):
        list(far.snapshot(tmp_path / "x", HEAD, PART, tmp_path / "key"))


def test_only_a_part_in_a_repository_may_lack_hashes() -> None:
    assert PART.is_plain("anything")
    assert PART.is_stored("anything")
    stream = replace(PART, sha256="aa")
    assert not stream.is_plain("bb")
    archived = replace(PART, snapshot="")
    assert not archived.is_plain("anything")
    assert not archived.is_stored("anything")


def test_an_index_knows_where_each_part_lies_in_the_whole(tmp_path: Path) -> None:
    manifest = written(tmp_path / "whole")
    archives = ArchiveFiles()
    archives.index(tmp_path / "whole", tmp_path / "index")

    index, content = archives.open(tmp_path / "index"), (tmp_path / "whole").read_bytes()

    assert index.manifest == manifest
    for part in manifest.parts:
        start, size = index.offsets[part.member]
        got = b"".join(archives.open(tmp_path / "whole").read(part))
        assert content[start : start + size] == got
    with pytest.raises(IntegrityError, match="elsewhere"):
        index.read(manifest.parts[0])


def test_a_flipped_byte_in_the_offsets_is_noticed(tmp_path: Path) -> None:
    written(tmp_path / "whole")
    ArchiveFiles().index(tmp_path / "whole", tmp_path / "index")
    content = (tmp_path / "index").read_bytes()
    (tmp_path / "index").write_bytes(content.replace(b'"parts/data', b'"parts/dbta', 1))

    with pytest.raises(IntegrityError):
        opened(tmp_path / "index")


def opened(path: Path) -> None:
    archive = ArchiveFiles().open(path)
    for part in archive.manifest.parts:
        archive.read(part)


def test_a_folder_of_this_machine_takes_no_network() -> None:
    task = Reach((), before=("thoth-place", "with")).task("u", "op", ("ready",))

    assert task.argv[:3] == ("thoth-place", "with", "thoth-repository")
    assert task.network == "none"

"""What pruning and copying ask of a repository, and who may be at work beside a drill."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from local_world import Play
from played_toolbox import backup_of

from thothctl.adapters.archive_file import ArchiveFiles
from thothctl.cli.main import main
from thothctl.errors import NetworkError, ThothctlError
from thothctl.model.backup import Head
from thothctl.operations import backup_copy, backup_prune
from thothctl.operations.drill_ground import ground_of, held
from thothctl.world import World

Run = Callable[..., dict[str, Any]]
DAYS = ("20260101", "20260102")


@dataclass
class PlayedRepository:
    """Remembers what it was asked for."""

    kept: list[list[str]] = field(default_factory=list)
    taken: list[list[str]] = field(default_factory=list)
    error: ThothctlError | None = None
    """What it answers with instead."""

    def keep(self, backups: Iterable[str]) -> None:
        if self.error:
            raise self.error
        self.kept.append(list(backups))

    def take_over(self, _: str, wanted: Iterable[str], __: str) -> dict[str, str]:
        self.taken.append(list(wanted))
        return {}


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> PlayedRepository:
    made = PlayedRepository()
    monkeypatch.setattr(backup_prune, "Repository", lambda *_: made)
    monkeypatch.setattr(backup_copy, "Repository", lambda *_: made)
    return made


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    monkeypatch.setenv("THOTHCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("THOTHCTL_INSTALL", "default")
    return Play()


@pytest.fixture
def run(play: Play, capsys: pytest.CaptureFixture[str]) -> Run:
    def invoke(*argv: str) -> dict[str, Any]:
        main([*argv, "--output", "json"], connect=play.connect)
        said = capsys.readouterr()
        return dict(json.loads(said.out.splitlines()[-1])) | {"stderr": said.err}

    return invoke


@pytest.fixture
def world(play: Play, run: Run) -> World:
    run("setup", "--yes", "--no-demo", "--port", "18081")
    return play.connect(lambda _: None)


@pytest.fixture
def place(world: World, tmp_path: Path) -> Path:
    """Two backups without a store, the newer one proved."""
    install, folder = world.installs.find("default"), tmp_path / "place"
    assert install
    folder.mkdir()
    known = backup_of(install, world.installs.release("default", 1), tmp_path / "made")
    for day in DAYS:
        backup = f"{day}T000000Z-default-abcd"
        head = Head(backup, install.uuid, "default", known.created, known.fingerprint)
        path = folder / f"{backup}.thoth-backup"
        with ArchiveFiles().create(path, head, None) as writer:
            writer.seal(replace(known, id=backup, engine="repository", parts=()))
    event = {"event": "verified", "id": backup, "target": str(folder), "deep": False}
    world.backup_records.note("default", event)
    return folder


def pruned(run: Run, place: Path) -> dict[str, Any]:
    keep = ("--keep-last", "1", "--keep-daily", "0", "--keep-weekly", "0", "--keep-monthly", "0")
    return run("backup", "prune", *keep, "--from", str(place), "--yes")


def test_room_in_a_repository_is_freed_with_what_is_pruned(
    run: Run, place: Path, repository: PlayedRepository
) -> None:
    pruned(run, place)

    assert repository.kept == [[f"{DAYS[1]}T000000Z-default-abcd"]]


def test_a_repository_that_a_drill_reads_is_not_packed_anew(
    run: Run, place: Path, world: World, repository: PlayedRepository
) -> None:
    with held(world, "default", "backup drill"):
        done = pruned(run, place)

    assert done["data"]["removed"] == [f"{DAYS[0]}T000000Z-default-abcd"]
    assert repository.kept == []
    assert "the next `backup prune` frees the room" in done["stderr"]


def test_the_room_that_a_drill_kept_is_freed_by_the_next_prune_though_nothing_goes(
    run: Run, place: Path, world: World, repository: PlayedRepository
) -> None:
    with held(world, "default", "backup drill"):
        pruned(run, place)

    assert pruned(run, place)["data"]["removed"] == []
    assert repository.kept == [[f"{DAYS[1]}T000000Z-default-abcd"]]
    pruned(run, place)
    assert len(repository.kept) == 1, "once"


def test_the_room_in_a_place_that_did_not_answer_is_freed_by_the_next_prune(
    run: Run, place: Path, repository: PlayedRepository
) -> None:
    repository.error = NetworkError("no answer", hint="look at the network")
    assert pruned(run, place)["exit_code"] == 15

    repository.error = None
    assert pruned(run, place)["exit_code"] == 0
    assert repository.kept == [[f"{DAYS[1]}T000000Z-default-abcd"]]


def test_a_backup_that_names_no_snapshot_takes_over_none(
    run: Run, place: Path, tmp_path: Path, repository: PlayedRepository
) -> None:
    done = run("backup", "copy", "latest", "--from", str(place), "--to", str(tmp_path / "second"))

    assert done["ok"], done
    assert repository.taken == []


def test_images_of_a_drill_that_runs_are_not_pruned(run: Run, world: World) -> None:
    with world.locks.hold(ground_of("default"), "backup drill"):
        done = run("images", "prune", "--yes")

    assert done["errors"][0]["code"] == "locked"

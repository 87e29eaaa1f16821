"""What never arrived in a place is known for ours, and removed by whoever comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from thothctl.adapters.archive_file import ArchiveFiles
from thothctl.adapters.backup_folder import BackupFolder
from thothctl.errors import (
    AnswerMissingError,
    BackupFailedError,
    EngineUnreachableError,
    LoginRequiredError,
    NetworkError,
    ThothctlError,
)
from thothctl.model.backup import SUFFIX
from thothctl.model.observed import ObservedStack
from thothctl.operations import backup_sweep
from thothctl.operations.backup_order import BackupOrder, order_to_plain
from thothctl.operations.backup_steps import SaveStores
from thothctl.operations.backup_sweep import about_to_send, places_sent_to, sweep
from thothctl.world import World

PLACE = "sftp://keeper@far/backups"


@dataclass
class Played:
    """Records in memory, and a place that remembers what was swept."""

    known: list[Mapping[str, object]] = field(default_factory=list)
    there: tuple[str, ...] = ()
    swept: list[str] = field(default_factory=list)
    told: list[object] = field(default_factory=list)
    error: ThothctlError | None = None
    """What it answers with instead."""
    place: BackupFolder | None = None
    """A real one instead."""

    def events(self, _: str) -> Sequence[Mapping[str, object]]:
        return tuple(self.known)

    def note(self, _: str, event: Mapping[str, object]) -> None:
        self.known.append(event)

    def open(self, _address: str, _name: str) -> "Played | BackupFolder":
        return self.place or self

    def find(self, _: str) -> SimpleNamespace:
        return SimpleNamespace(uuid="u", stack="thoth")

    def active(self, _: str) -> int:
        return 1

    def release(self, *_: object) -> None: ...
    def clear(self, _: str) -> None: ...
    def observe(self, _: str) -> ObservedStack:
        return ObservedStack()

    def stack(self, _: str) -> SimpleNamespace:
        return SimpleNamespace(stores=())

    def sweep(self, backups: Sequence[str]) -> tuple[str, ...]:
        if self.error:
            raise self.error
        self.swept += (one for one in backups if one not in self.there)
        return tuple(one for one in backups if one in self.there)

    @property
    def world(self) -> World:
        ports = ("backup_records", "targets", "installs", "writers", "toolbox", "engine", "bundles")
        played = SimpleNamespace(**dict.fromkeys(ports, self), report=self.told.append)
        return cast("World", played)


@dataclass
class PlayedRepository:
    """Remembers what was dropped, and refuses while it is locked."""

    dropped: list[str] = field(default_factory=list)
    locked: bool = False

    def drop(self, backup: str) -> None:
        if self.locked:
            raise BackupFailedError("somebody else works with it", hint="wait")
        self.dropped.append(backup)


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> PlayedRepository:
    made = PlayedRepository()
    monkeypatch.setattr(backup_sweep, "Repository", lambda *_: made)
    return made


def test_only_what_was_sent_and_never_arrived_is_removed_and_only_once() -> None:
    at = Played()
    for backup in ("lost", "arrived", "copied"):
        about_to_send(at.world, "default", backup, PLACE, "archive")
    at.note("default", {"event": "created", "id": "arrived", "target": PLACE})
    at.note("default", {"event": "copied", "id": "copied", "target": PLACE})

    sweep(at.world, "default", PLACE)
    sweep(at.world, "default", PLACE)

    assert at.swept == ["lost"]


def test_what_is_on_its_way_and_what_went_elsewhere_stays() -> None:
    at = Played()
    about_to_send(at.world, "default", "mine", PLACE, "archive")
    about_to_send(at.world, "default", "other", "/b", "archive")

    sweep(at.world, "default", PLACE, but="mine")

    assert at.swept == []
    assert places_sent_to(at.world, "default") == [PLACE, "/b"]


def test_a_backup_that_arrived_in_one_place_may_be_lost_in_another() -> None:
    at = Played()
    about_to_send(at.world, "default", "one", PLACE, "archive")
    at.note("default", {"event": "created", "id": "one", "target": "/b"})

    sweep(at.world, "default", PLACE)

    assert at.swept == ["one"]


def test_a_repository_forgets_what_never_arrived_and_keeps_what_is_on_the_shelf(
    repository: PlayedRepository,
) -> None:
    """Cut off between its publication and the note of it, a backup is there all the same."""
    at = Played(there=("published",))
    for backup in ("lost", "published"):
        about_to_send(at.world, "default", backup, PLACE, "repository")

    sweep(at.world, "default", PLACE)
    at.there = ()
    sweep(at.world, "default", PLACE)

    assert (at.swept, repository.dropped) == (["lost"], ["lost"])


def test_what_cannot_be_removed_now_is_removed_by_the_next(repository: PlayedRepository) -> None:
    at = Played()
    about_to_send(at.world, "default", "lost", PLACE, "repository")
    repository.locked = True
    sweep(at.world, "default", PLACE)
    assert "the next `backup prune` clears up" in str(at.told)

    repository.locked = False
    sweep(at.world, "default", PLACE)

    assert repository.dropped == ["lost"]


def saving(target: str = PLACE) -> SaveStores:
    order = BackupOrder("default", "lost", "now", target, "age1x", (), full=True)
    return SaveStores(order_to_plain(order), why="to be cut off")


@pytest.mark.parametrize("error", [NetworkError, LoginRequiredError, AnswerMissingError])
def test_a_backup_is_taken_back_though_its_place_does_not_answer_or_lets_nobody_in(
    error: type[ThothctlError],
) -> None:
    at = Played(error=error("not there", hint="wait"))
    about_to_send(at.world, "default", "lost", PLACE, "archive")

    saving().undo(at.world)
    assert "not there; the next `backup prune` clears up" in str(at.told)

    at.error = None
    sweep(at.world, "default", PLACE)
    assert at.swept == ["lost"]


def test_without_an_engine_nothing_is_taken_back_as_if_it_were() -> None:
    at = Played(error=EngineUnreachableError("no engine", hint="start it"))
    about_to_send(at.world, "default", "lost", PLACE, "archive")

    with pytest.raises(EngineUnreachableError):
        saving().undo(at.world)


def test_what_arrived_and_cannot_be_read_keeps_what_it_names_of_the_repository(
    tmp_path: Path, repository: PlayedRepository
) -> None:
    place = BackupFolder(tmp_path, ArchiveFiles())
    place.stage("lost").write_text("half of it")
    (tmp_path / f"broken{SUFFIX}").write_text("whole once")
    at = Played(place=place)
    for backup in ("lost", "broken"):
        about_to_send(at.world, "default", backup, str(tmp_path), "repository")

    saving(str(tmp_path)).undo(at.world)

    assert repository.dropped == ["lost"]
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == [f"broken{SUFFIX}"]

"""What never arrived in a place is known for ours, and removed by whoever comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

import pytest

from thothctl.errors import BackupFailedError
from thothctl.operations import backup_sweep
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

    def events(self, _: str) -> Sequence[Mapping[str, object]]:
        return tuple(self.known)

    def note(self, _: str, event: Mapping[str, object]) -> None:
        self.known.append(event)

    def open(self, _address: str, _name: str) -> "Played":
        return self

    def find(self, _: str) -> SimpleNamespace:
        return SimpleNamespace(uuid="u")

    def backups(self, _: str) -> tuple[SimpleNamespace, ...]:
        return tuple(SimpleNamespace(id=one) for one in self.there)

    def sweep(self, backups: Sequence[str]) -> None:
        self.swept += backups

    @property
    def world(self) -> World:
        played = SimpleNamespace(
            backup_records=self, targets=self, installs=self, report=self.told.append
        )
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

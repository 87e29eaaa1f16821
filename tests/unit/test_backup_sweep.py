"""What never arrived in a place is known for ours, and removed by whoever comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

from thothctl.operations.backup_sweep import about_to_send, places_sent_to, sweep
from thothctl.world import World

PLACE = "sftp://keeper@far/backups"


@dataclass
class Played:
    """Records in memory, and a place that remembers what was swept."""

    known: list[Mapping[str, object]] = field(default_factory=list)
    swept: list[str] = field(default_factory=list)

    def events(self, _: str) -> Sequence[Mapping[str, object]]:
        return tuple(self.known)

    def note(self, _: str, event: Mapping[str, object]) -> None:
        self.known.append(event)

    def open(self, _address: str, _name: str) -> "Played":
        return self

    def sweep(self, backups: Sequence[str]) -> None:
        self.swept += backups

    @property
    def world(self) -> World:
        return cast("World", SimpleNamespace(backup_records=self, targets=self))


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

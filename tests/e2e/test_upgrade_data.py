"""Upgrades that migrate: on a copy, with data compared row for row and vector by vector."""

from e2e.machine import Machine
from e2e.stand_in import Shelf, data, post, set_up, version_served


def served(machine: Machine) -> str:
    """The rows and vectors of the database that the active release has."""
    number = machine.ok("releases").data["releases"][-1]["databases"].get("application", 1)
    return data(machine, "thoth" if number == 1 else f"thoth_g{number}")


def test_a_migration_works_on_a_copy_and_every_row_is_there(bare: Machine, shelf: Shelf) -> None:
    set_up(bare, shelf.registry.host, "1.0.0")
    post(bare, "/rows", {"text": "before"})
    before = data(bare)

    planned = bare.ok("upgrade", "--plan", "--to", "1.1.0").data
    assert [one["name"] for one in planned["cloned"]] == ["application"]
    bare.ok("upgrade", "--to", "1.1.0", "--yes", "--soak", "2")

    assert version_served(bare) == "1.1.0"
    assert served(bare) == before
    assert data(bare, "thoth") == before, "the old generation is as it was"

"""The product's own images upgraded across a migration and back, in both ways to run it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e.killing import Moment, kill_at, starts, steps_of
from e2e.machine import KEEP, LABEL, Machine
from e2e.next_version import NEXT, NOW, migrated, put_both, rows
from e2e.registry_box import RegistryBox

QUESTION = "How many charter schools are there in Alameda County?"


@pytest.fixture(scope="module")
def registry(images_home: Path) -> Iterator[RegistryBox]:
    box = RegistryBox(images_home)
    try:
        yield box.start()
    finally:
        if not KEEP:
            box.clean()


@pytest.fixture(scope="module")
def migration(
    registry: RegistryBox, images_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    return put_both(registry, images_home, tmp_path_factory.mktemp("next"))


UP = ("upgrade", "--yes", "--soak", "2", "--timeout", "180")
DOWN = ("rollback", "--yes", "--soak", "2")


@pytest.mark.parametrize(
    ("mode", "cloned"),
    [
        pytest.param("production", "application", marks=pytest.mark.faults),
        ("standalone", "data"),
    ],
)
def test_a_migration_works_on_a_copy_and_rows_survive_both_ways_back(
    bare: Machine, registry: RegistryBox, migration: str, mode: str, cloned: str
) -> None:
    bare.set_up("--mode", mode, "--registry", registry.host, "--version", NOW, "--timeout", "180")
    said = bare.ok("ask", QUESTION).data["rows"]
    before = rows(bare)

    assert bare.json("upgrade", "--check").code == 100
    planned = bare.ok("upgrade", "--plan").data
    assert [one["name"] for one in planned["cloned"]] == [cloned]
    assert planned["migrations"] == [{"name": migration, "reversible": True}]
    done = bare.ok(*UP, "--backup").data

    assert (done["from"], done["to"]) == (NOW, NEXT)
    assert bare.json("upgrade", "--check").code == 0
    assert (migrated(bare), rows(bare)) == (True, before)
    assert bare.ok("ask", QUESTION).data["rows"] == said
    after = rows(bare)
    assert after != before, "the question was written down"

    kept = bare.ok("rollback", "--data", "keep", "--yes", "--soak", "2")
    assert (kept.data["data"], kept.data["lost_minutes"]) == ("keep", 0)
    assert (migrated(bare), rows(bare)) == (False, after)
    assert bare.ok("ask", QUESTION).data["rows"] == said

    back = ("rollback", "--to", "1", "--data", "restore", "--soak", "2")
    assert "Clone" not in "".join(bare.ok(*back, "--plan").data["plan"]), "so it takes seconds"
    bare.ok(*back, "--yes")
    assert (migrated(bare), rows(bare)) == (False, before)
    assert bare.ok("ask", QUESTION).data["rows"] == said


@dataclass(frozen=True)
class Cut:
    """A kill of one command at one step, as it begins or when the first of its containers runs."""

    words: tuple[str, ...]
    step: str
    inside: bool
    ending: str


def cuts(clone: str) -> tuple[Cut, ...]:
    """What is gone on with leads to where the next one begins."""
    return (
        Cut(UP, clone, inside=False, ending="rollback"),
        Cut(UP, "StartRelease", inside=True, ending="rollback"),
        Cut(UP, clone, inside=False, ending="resume"),
        Cut(DOWN, "MigrateDown", inside=True, ending="rollback"),
        Cut(DOWN, "MigrateDown", inside=True, ending="resume"),
        Cut(UP, "StartRelease", inside=True, ending="resume"),
    )


def carried_out(machine: Machine, cut: Cut) -> None:
    """Cut off, and then ended by one command."""
    asked = (word for word in cut.words if word not in {"--yes", "--timeout", "180"})
    step = steps_of(machine, *asked).index(cut.step)
    with starts(f"{LABEL}={machine.label}") as begun:
        moment = Moment(cut.words, step, also=begun) if cut.inside else Moment(cut.words, step)
        assert kill_at(machine, moment), f"never came to {cut}"
    machine.ok(cut.ending, "--yes")
    assert machine.ok("health").data["healthy"]


@pytest.mark.faults
@pytest.mark.usefixtures("migration")
@pytest.mark.parametrize(
    ("mode", "clone"), [("production", "CloneDatabase"), ("standalone", "CloneGeneration")]
)
def test_a_migration_that_is_killed_is_taken_back_and_gone_on_with(
    bare: Machine, registry: RegistryBox, mode: str, clone: str
) -> None:
    bare.set_up("--mode", mode, "--registry", registry.host, "--version", NOW, "--timeout", "180")
    said = bare.ok("ask", QUESTION).data["rows"]

    for cut in cuts(clone):
        before = rows(bare)
        carried_out(bare, cut)
        newer = (cut.words is UP) == (cut.ending == "resume")
        assert (migrated(bare), rows(bare)) == (newer, before), cut
        assert bare.ok("ask", QUESTION).data["rows"] == said

"""The kill matrix: every step of an upgrade and of a rollback, cut off, taken back or gone on with.

One stack serves all cells; a cell that failed is followed by a new one.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from e2e.conftest import KEEP
from e2e.fault_cells import BEGINS, ENDS, NEW, OLD, ROLLBACK, UPGRADE, Cell, Ground, Route, cells
from e2e.killing import kill_at
from e2e.machine import Machine
from e2e.registry_box import RegistryBox
from e2e.stand_in import Shelf, version_served
from e2e.test_upgrade_faults import steps_of

EVENTS = {"killed as it begins": BEGINS, "killed when done": ENDS}


@pytest.fixture(scope="module")
def pair(images_home: Path) -> Iterator[Shelf]:
    """A registry with the two versions that the plans go between."""
    made = Shelf(RegistryBox(images_home).start(), images_home)
    for version in (OLD, NEW):
        made.put(version)
    yield made
    if not KEEP:
        made.registry.clean()


@pytest.fixture(scope="module")
def ground(
    program: Path, pair: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    made = Ground(Machine(program, tmp_path_factory.mktemp("ground") / "home"), pair)
    yield made
    if not KEEP:
        made.machine.clean()


def tried(ground: Ground, cell: Cell, kill: Callable[[], bool]) -> None:
    """Cut off, then ended by one command: the right version, every row, and nothing left over."""
    ground.at(cell.route.begins)
    machine, before, there = ground.machine, ground.data(), (ground.databases(), ground.volumes())

    killed = kill()
    if killed:
        assert machine.json("config", "set", f"port={machine.port}", "--yes").code == 16
    done = machine.json(cell.ending, "--yes")

    assert done.code == 0, f"{done.out}\n{done.err}"
    assert machine.ok("health").data["healthy"]
    assert (version_served(machine), ground.data()) == (cell.wanted, before)
    assert ground.leftovers() == []
    if killed and cell.ending == "rollback":
        assert (ground.databases(), ground.volumes()) == there
    ground.ready = True


@pytest.mark.faults
@pytest.mark.parametrize("cell", cells(tuple(EVENTS)), ids=str)
def test_a_plan_that_is_killed_at_a_step(
    ground: Ground, cell: Cell, record_property: Callable[[str, object], None]
) -> None:
    step, event = cell.route.index(cell.step), EVENTS[cell.fault]

    def kill() -> bool:
        killed = kill_at(ground.machine, cell.route.words, step, event)
        last = (cell.route.steps[-1], ENDS)
        assert killed or (cell.step, event) == last, "only the very end may be missed"
        return killed

    record_property("cell", [cell.route.name, cell.step, cell.fault, cell.ending])
    tried(ground, cell, kill)


@pytest.mark.faults
@pytest.mark.parametrize("route", [UPGRADE, ROLLBACK], ids=lambda one: one.name)
def test_the_matrix_has_every_step_of_the_plans(ground: Ground, route: Route) -> None:
    ground.at(route.begins)
    words = tuple(word for word in route.words if word != "--yes")
    assert tuple(steps_of(ground.machine, *words)) == route.steps
    ground.ready = True

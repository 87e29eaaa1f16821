"""The kill matrix: every step of an upgrade and of a rollback, cut off, taken back or gone on with.

One stack serves all cells; a cell that failed is followed by a new one.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from e2e.fault_cells import (
    ENDS,
    MOVE,
    PLAIN,
    ROLLBACK,
    UPGRADE,
    Cell,
    Ground,
    Route,
    cells,
    inner_cells,
    moving_cells,
)
from e2e.fault_trying import EVENTS, middle, tried
from e2e.killing import Moment, kill_at
from e2e.machine import KEEP, Machine
from e2e.registry_box import forget
from e2e.relay import Relay
from e2e.stand_in import Shelf
from e2e.test_upgrade_faults import steps_of

Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def ground(
    program: Path, pair: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    yield from prepared(program, pair, tmp_path_factory.mktemp("ground"), "both")


@pytest.fixture(scope="module")
def older(
    program: Path, majors: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    yield from prepared(program, majors, tmp_path_factory.mktemp("older"), "small")


def prepared(program: Path, shelf: Shelf, folder: Path, mode: str) -> Iterator[Ground]:
    relay = Relay(shelf.registry.host).start()
    made = Ground(Machine(program, folder / "home"), relay, mode=mode)
    yield made
    if not KEEP:
        made.machine.clean()
        relay.stop()
        forget(f"{relay.host}/")


def killed(ground: Ground, cell: Cell, record: Record) -> None:
    """At one end of a step."""
    event = EVENTS[cell.fault]

    def kill() -> bool:
        reached = kill_at(
            ground.machine, Moment(cell.route.words, cell.route.index(cell.step), event)
        )
        last = (cell.route.steps[-1], ENDS)
        assert reached or (cell.step, event) == last, "only the very end may be missed"
        return reached

    record("cell", cell.key)
    tried(ground, cell, kill)


def killed_inside(ground: Ground, cell: Cell, record: Record) -> None:
    def kill() -> bool:
        with middle(ground, cell) as moment:
            assert kill_at(ground.machine, moment), f"never in the middle of {cell.step}"
        return True

    record("cell", cell.key)
    tried(ground, cell, kill)


@pytest.mark.faults
@pytest.mark.parametrize("cell", cells(tuple(EVENTS)), ids=str)
def test_a_plan_that_is_killed_at_a_step(
    ground: Ground, cell: Cell, record_property: Record
) -> None:
    killed(ground, cell, record_property)


@pytest.mark.faults
@pytest.mark.parametrize("cell", inner_cells(), ids=str)
def test_a_plan_that_is_killed_within_a_long_step(
    ground: Ground, cell: Cell, record_property: Record
) -> None:
    killed_inside(ground, cell, record_property)


@pytest.mark.faults
@pytest.mark.parametrize("cell", moving_cells(tuple(EVENTS)), ids=str)
def test_a_plan_that_is_killed_while_it_moves_data_to_another_postgresql(
    older: Ground, cell: Cell, record_property: Record
) -> None:
    (killed if cell.fault in EVENTS else killed_inside)(older, cell, record_property)


@pytest.mark.faults
@pytest.mark.parametrize("route", [UPGRADE, PLAIN, ROLLBACK, MOVE], ids=str)
def test_the_matrix_has_every_step_of_the_plans(
    request: pytest.FixtureRequest, route: Route
) -> None:
    ground: Ground = request.getfixturevalue("older" if route is MOVE else "ground")
    ground.at(route.begins)
    words = tuple(word for word in route.words if word != "--yes")
    assert tuple(steps_of(ground.machine, *words)) == route.steps
    ground.ready = True

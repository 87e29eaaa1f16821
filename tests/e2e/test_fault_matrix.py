"""The kill matrix: every step of an upgrade and of a rollback, cut off, taken back or gone on with.

One stack serves all cells of a file; a cell that failed is followed by a new one.
"""

import pytest
from e2e.fault_cells import PLAIN, ROLLBACK, UPGRADE, Cell, Ground, Route, cells
from e2e.fault_trying import EVENTS, Record, every_step, killed

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("cell", cells(tuple(EVENTS)), ids=str)
def test_a_plan_that_is_killed_at_a_step(
    ground: Ground, cell: Cell, record_property: Record
) -> None:
    killed(ground, cell, record_property)


@pytest.mark.parametrize("route", [UPGRADE, PLAIN, ROLLBACK], ids=str)
def test_the_matrix_has_every_step_of_the_plans(ground: Ground, route: Route) -> None:
    every_step(ground, route)

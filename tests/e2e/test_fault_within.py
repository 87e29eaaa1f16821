"""The kill matrix: upgrades and rollbacks cut off in the middle of what takes long."""

import pytest
from e2e.fault_cells import Cell, Ground, inner_cells
from e2e.fault_trying import Record, killed_inside

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("cell", inner_cells(), ids=str)
def test_a_plan_that_is_killed_within_a_long_step(
    ground: Ground, cell: Cell, record_property: Record
) -> None:
    killed_inside(ground, cell, record_property)

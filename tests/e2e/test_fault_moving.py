"""The kill matrix: upgrades that move the data to another PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.fault_cells import MOVE, Cell, Ground, moving_cells
from e2e.fault_trying import EVENTS, Record, every_step, killed, killed_inside, prepared
from e2e.stand_in import Shelf

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def older(
    program: Path, majors: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    yield from prepared(program, majors, tmp_path_factory.mktemp("older"), "small")


@pytest.mark.parametrize("cell", moving_cells(tuple(EVENTS)), ids=str)
def test_a_plan_that_is_killed_while_it_moves_data_to_another_postgresql(
    older: Ground, cell: Cell, record_property: Record
) -> None:
    (killed if cell.fault in EVENTS else killed_inside)(older, cell, record_property)


def test_the_matrix_has_every_step_of_the_plan(older: Ground) -> None:
    every_step(older, MOVE)

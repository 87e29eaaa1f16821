"""The kill matrix of exchanges: every step is cut off, both ways, and no request ever fails."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from e2e.balanced import balanced_machine
from e2e.fault_cells import EXCHANGE, EXCHANGE_BACK, INSIDE, OLD, Cell, Route, exchanging_cells
from e2e.fault_trying import EVENTS, Record
from e2e.killing import Moment, ended, kill_at, starts, steps_of
from e2e.load import Load
from e2e.machine import LABEL, Machine
from e2e.stand_in import served, version_served

from thothctl.model.install import LABEL_TASK

pytestmark = pytest.mark.faults
APP = "com.docker.compose.service=app"


@pytest.fixture(scope="module")
def balanced(
    program: Path, images_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with balanced_machine(program, images_home, tmp_path_factory.mktemp("balanced")) as made:
        yield made


def at(machine: Machine, version: str) -> None:
    """Bring it to where a cell begins."""
    if version_served(machine) != version:
        route = EXCHANGE_BACK if version == OLD else EXCHANGE
        machine.ok(*route.words)


def cut_off(machine: Machine, cell: Cell) -> None:
    step = cell.route.index(cell.step)
    if cell.fault != INSIDE:
        assert kill_at(machine, Moment(cell.route.words, step, EVENTS[cell.fault]))
        return
    with _container_starts(machine, cell.step) as reached:
        assert kill_at(machine, Moment(cell.route.words, step, also=reached))


def _container_starts(machine: Machine, step: str) -> AbstractContextManager[Callable[[], bool]]:
    return starts(f"{LABEL}={machine.label}", LABEL_TASK if step == "TryReplica" else APP)


@pytest.mark.parametrize("cell", exchanging_cells(), ids=str)
def test_an_exchange_that_is_killed_at_a_step(
    balanced: Machine, cell: Cell, record_property: Record
) -> None:
    record_property("cell", cell.key)
    at(balanced, cell.route.begins)
    before, there = served(balanced), balanced.left(balanced.label)

    with Load(f"{balanced.url}/health/", least=200) as load:
        cut_off(balanced, cell)
        alone = bool(ended(balanced))
        balanced.ok("resume" if alone else cell.ending, "--yes")

    wanted = cell.route.ends if alone else cell.wanted
    assert load.tally.failed == 0
    assert (version_served(balanced), served(balanced)) == (wanted, before)
    assert balanced.ok("health").data["healthy"]
    after = balanced.left(balanced.label)
    assert len(after["containers"]) == len(there["containers"])
    assert after["volumes"] == there["volumes"]


@pytest.mark.parametrize("route", [EXCHANGE, EXCHANGE_BACK], ids=str)
def test_the_matrix_has_every_step_of_an_exchange(balanced: Machine, route: Route) -> None:
    at(balanced, route.begins)
    words = tuple(word for word in route.words if word != "--yes")
    assert tuple(steps_of(balanced, *words)) == route.steps

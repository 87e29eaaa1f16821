"""The kill matrix: every step of an upgrade and of a rollback, cut off, taken back or gone on with.

One stack serves all cells; a cell that failed is followed by a new one.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from e2e.fault_cells import (
    BEGINS,
    ENDS,
    ROLLBACK,
    UPGRADE,
    Cell,
    Ground,
    Route,
    cells,
    inner_cells,
)
from e2e.killing import kill_at, starts
from e2e.machine import LABEL, Machine, docker
from e2e.own_images import until
from e2e.stand_in import Shelf, database, version_served
from e2e.test_upgrade_faults import steps_of

from thothctl.model.install import LABEL_TASK

SETUP = "com.docker.compose.service=setup"
COPYING = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE DATABASE %'"
LET_GO = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query ~ 'pg_sleep'"
LET_GO += " AND pid <> pg_backend_pid()"
HEALTHY_SECONDS = 60
"""Where much goes on at once, the engine's own checks run late and are made again."""
EVENTS = {"killed as it begins": BEGINS, "killed when done": ENDS}


@pytest.fixture(scope="module")
def ground(
    program: Path, pair: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    with Machine(program, tmp_path_factory.mktemp("ground") / "home") as machine:
        yield Ground(machine, pair)


def tried(ground: Ground, cell: Cell, kill: Callable[[], bool]) -> None:
    """Cut off, then ended by one command: the right version, every row, and nothing left over."""
    ground.at(cell.route.begins)
    machine, before, there = ground.machine, ground.data(), (ground.databases(), ground.volumes())

    killed = kill()
    done = machine.json(cell.ending, "--yes")

    assert done.code == 0, f"{done.out}\n{done.err}"
    until(lambda: machine.run("health").code == 0, HEALTHY_SECONDS)
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


@contextmanager
def copying(ground: Ground) -> Iterator[Callable[[], bool]]:
    """Whether the server copies a database; it takes long, for somebody keeps signing in."""
    source = docker("exec", ground.container("app"), "printenv", "POSTGRES_DB").strip()
    hold = f"until [ -e /tmp/ended ]; do psql -XAtqd {source} -c 'SELECT pg_sleep(60)'; done"
    argv = ["docker", "exec", ground.container("postgres"), "sh", "-c"]
    with subprocess.Popen([*argv, hold], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        try:
            yield lambda: database(ground.machine, COPYING, "postgres").strip() != "0"
        finally:
            subprocess.run([*argv, "touch /tmp/ended"], check=True)
            database(ground.machine, LET_GO, "postgres")
            subprocess.run([*argv, "rm /tmp/ended"], check=True)


def within(ground: Ground, step: str) -> AbstractContextManager[Callable[[], bool]]:
    """Whether a step is in its middle."""
    if step == "CloneDatabase":
        return copying(ground)
    install = f"{LABEL}={ground.machine.label}"
    return starts(install, SETUP if step == "StartRelease" else LABEL_TASK)


@pytest.mark.faults
@pytest.mark.parametrize("cell", inner_cells(), ids=str)
def test_a_plan_that_is_killed_within_a_long_step(
    ground: Ground, cell: Cell, record_property: Callable[[str, object], None]
) -> None:
    def kill() -> bool:
        with within(ground, cell.step) as reached:
            step = cell.route.index(cell.step)
            killed = kill_at(ground.machine, cell.route.words, step, also=reached)
        assert killed, f"never in the middle of {cell.step}"
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

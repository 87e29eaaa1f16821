"""Cuts a plan off, ends it with one command, and looks at what is there afterwards."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from e2e.fault_cells import BEGINS, ENDS, Cell, Ground, Route
from e2e.killing import (
    COMPLETED,
    TAKEN_BACK,
    Moment,
    cut_at,
    ended,
    kill_at,
    starts,
    steps_made,
    steps_of,
)
from e2e.machine import KEEP, LABEL, Machine, docker
from e2e.own_images import until
from e2e.registry_box import forget
from e2e.relay import Relay
from e2e.stand_in import Shelf, database, version_served

from thothctl.model.install import LABEL_TASK

Record = Callable[[str, object], None]
NAMELESS = "label=org.opencontainers.image.title=stand-in"
"""What came of a pull that nobody waited for any more has no name."""
SETUP = "com.docker.compose.service=setup"
COPYING = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE DATABASE %'"
LET_GO = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query ~ 'pg_sleep'"
LET_GO += " AND pid <> pg_backend_pid()"
HEALTHY_SECONDS = 60
"""Where much goes on at once, the engine's own checks run late and are made again."""
EVENTS = {"killed as it begins": BEGINS, "killed when done": ENDS}
LOADING = 4
"""Two tasks make room before the dump; the one that loads it comes next."""


def prepared(program: Path, shelf: Shelf, folder: Path, mode: str) -> Iterator[Ground]:
    """A stack for the cells of a file, whose registry can be held up."""
    relay = Relay(shelf.registry.host).start()
    made = Ground(Machine(program, folder / "home"), relay, mode=mode)
    yield made
    if not KEEP:
        made.machine.clean()
        relay.stop()
        forget(f"{relay.host}/")


def killed(ground: Ground, cell: Cell, record: Record) -> None:
    """At one end of a step; only the very end may be missed."""
    moment = Moment(cell.route.words, cell.route.index(cell.step), EVENTS[cell.fault])
    last = (cell.step, moment.event) == (cell.route.steps[-1], ENDS)

    record("cell", cell.key)
    tried(ground, cell, partial(kill_at if last else cut_at, ground.machine, moment))


def killed_inside(ground: Ground, cell: Cell, record: Record) -> None:
    def kill() -> bool:
        with middle(ground, cell) as moment:
            assert kill_at(ground.machine, moment), f"never in the middle of {cell.step}"
        return True

    record("cell", cell.key)
    tried(ground, cell, kill)


def every_step(ground: Ground, route: Route) -> None:
    """The cells of a route are those of the plan that its words make."""
    ground.at(route.begins)
    words = tuple(word for word in route.words if word != "--yes")
    assert tuple(steps_of(ground.machine, *words)) == route.steps
    ground.ready = True


def tried(ground: Ground, cell: Cell, fault: Callable[[], object]) -> None:
    """Cut off, then ended by one command: the right version, every row, and nothing left over."""
    ground.at(cell.route.begins)
    machine, before, there = ground.machine, ground.data(), (ground.databases(), ground.volumes())

    fault()
    end = ended(machine)
    # What took itself back leaves nothing to take back: a rollback would be one of its own.
    words = ("resume" if end == TAKEN_BACK else cell.ending, "--yes")
    done = machine.json(*words)

    wanted = cell.route.begins if end == TAKEN_BACK else cell.wanted
    assert done.code == 0, f"{done.out}\n{done.err}"
    if words[0] == "resume":
        assert done.data["resumed"] is (not end)
    until(lambda: machine.run("health").code == 0, HEALTHY_SECONDS)
    assert (version_served(machine), ground.data()) == (wanted, before)
    assert not (left := ground.leftovers()), left
    if end != COMPLETED and wanted == cell.route.begins:
        assert (ground.databases(), ground.volumes()) == there
    ground.ready = True


def killed_at(machine: Machine, cell: Cell, *more: str, beside: str = "") -> None:
    """Killed where a step begins, of the plan that the table knows."""
    words = (*cell.route.words, *more)
    cut_at(machine, Moment(words, cell.route.index(cell.step), BEGINS, beside=beside))
    assert steps_made(machine, beside)[: len(cell.route.steps)] == cell.route.steps


def finished(machine: Machine, cell: Cell) -> bool:
    """Ended by the cell's command; whether it was carried out."""
    machine.ok(cell.ending, "--yes")
    assert carried_out(machine) is (cell.ending == "resume")
    return carried_out(machine)


def carried_out(machine: Machine) -> bool:
    """The newest operation was, and not taken back."""
    return ended(machine) == COMPLETED


@contextmanager
def middle(ground: Ground, cell: Cell) -> Iterator[Moment]:
    """When a step is in its middle."""
    with _within(ground, cell.step) as reached:
        yield Moment(cell.route.words, cell.route.index(cell.step), also=reached)


def _within(ground: Ground, step: str) -> AbstractContextManager[Callable[[], bool]]:
    """Whether a step is in its middle."""
    if step == "CloneDatabase":
        return _copying(ground)
    if step == "PullImages":
        return pulling(ground)
    install = f"{LABEL}={ground.machine.label}"
    times = LOADING if step == "MoveCluster" else 1
    return starts(install, SETUP if step == "StartRelease" else LABEL_TASK, times=times)


@contextmanager
def pulling(ground: Ground) -> Iterator[Callable[[], bool]]:
    """Whether the engine asks for parts of an image, which the registry keeps back."""
    forget(f"{ground.relay.host}/stand-in@")  # but that which runs: it is in use
    docker("image", "prune", "--force", "--filter", NAMELESS)
    with ground.relay.held():
        yield ground.relay.reached.is_set


@contextmanager
def _copying(ground: Ground) -> Iterator[Callable[[], bool]]:
    """Whether the server copies a database; it takes long, for somebody keeps signing in."""
    source = docker("exec", ground.container("app"), "printenv", "POSTGRES_DB").strip()
    again = f"until [ -e /tmp/ended ]; do psql -XAtqd {source} -c 'SELECT pg_sleep(60)'; done"
    hold = f"for one in 1 2 3; do {again} & done; wait"  # one alone may be too late once
    argv = ["docker", "exec", ground.container("postgres"), "sh", "-c"]
    with subprocess.Popen([*argv, hold], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        try:
            yield lambda: database(ground.machine, COPYING, "postgres").strip() != "0"
        finally:
            told = subprocess.run([*argv, "touch /tmp/ended"], capture_output=True, check=False)
            if told.returncode == 0:  # else it went with its engine
                database(ground.machine, LET_GO, "postgres")
                subprocess.run([*argv, "rm /tmp/ended"], check=True)

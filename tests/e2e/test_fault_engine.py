"""The engine dies in the middle of an upgrade, or a disk fills up; the engine is a test's own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e.fault_cells import ENDINGS, KIB, NEW, OLD, PLAIN, UPGRADE, Cell, Ground, Route
from e2e.fault_trying import Record, middle, pulling, tried
from e2e.killing import Moment, ended, fault_at, newest
from e2e.machine import Done, Machine
from e2e.own_images import build
from e2e.private_engine import PrivateEngine, private_engine
from e2e.relay import Relay
from e2e.small_disk import Disk, small_disk
from e2e.stand_in import Shelf, version_served

HOME_MIB, BIG_MIB = 1024, 32
NO_SPACE, ROLLED_BACK, BACKUP_FAILED = 14, 9, 11
USAGE, INCOMPATIBLE = 2, 13
TOO_LITTLE = 400 * KIB**2
"""Less than what stays free beside a copy."""
ENGINE_GONE = 6
KILLED, FULL = "engine killed", "disk full"
KILLED_AT = ("PullImages", "SaveStores", "CloneDatabase", "CloneGeneration", "StartRelease")


@dataclass(frozen=True)
class Filling:
    """A disk that is full when a step comes to it; it is filled while an earlier one is at work."""

    route: Route
    step: str
    early: str
    room: int
    code: int
    of_home: bool = False


FILLINGS = (
    Filling(PLAIN, "PullImages", "PullImages", 0, NO_SPACE),
    Filling(PLAIN, "RenderRelease", "PullImages", 16 * KIB, NO_SPACE, of_home=True),
    Filling(
        UPGRADE,
        "SaveStores",
        "RenderRelease",
        BIG_MIB // 2 * KIB**2,
        BACKUP_FAILED,
        of_home=True,
    ),
    Filling(PLAIN, "CloneDatabase", "StopServices", 4 * KIB**2, ROLLED_BACK),
    Filling(PLAIN, "CloneGeneration", "StopServices", 28 * KIB**2, ROLLED_BACK),
)


@dataclass
class Apart:
    """A stack on its own engine, and where thothctl keeps its records."""

    ground: Ground
    engine: PrivateEngine
    home: Disk

    def cut_off(self, cell: Cell) -> None:
        """The engine dies while a step is in its middle; thothctl says so and ends."""
        with middle(self.ground, cell) as moment:
            try:
                done = fault_at(self.ground.machine, moment, self.engine.kill)
            finally:
                self.engine.start()
        code = BACKUP_FAILED if cell.step == "SaveStores" else ENGINE_GONE
        assert done.code == code, f"{done.out}\n{done.err}"
        assert done.envelope["errors"][0]["hint"]
        if ended(self.ground.machine):  # some engines take what they ended themselves for stopped
            self.ground.machine.ok("start")

    def filled(self, filling: Filling) -> Done:
        """The disk is full from a step on, and has room again when thothctl has ended."""
        disk = self.home if filling.of_home else self.engine.disk
        moment = Moment(filling.route.words, filling.route.index(filling.early))
        try:
            if filling.step == "PullImages":
                return self._filled_while_pulling(moment, disk)
            return fault_at(self.ground.machine, moment, lambda: disk.fill(filling.room))
        finally:
            disk.free()

    def _filled_while_pulling(self, moment: Moment, disk: Disk) -> Done:
        def fill() -> None:
            disk.fill(0)
            self.ground.relay.release()

        with pulling(self.ground) as reached:
            held = Moment(moment.words, moment.step, also=reached)
            return fault_at(self.ground.machine, held, fill)


@pytest.fixture(scope="module")
def apart(
    program: Path, pair: Shelf, images_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Apart]:
    toolbox, behind = build("toolbox", images_home), pair.registry.host
    folder, own = tmp_path_factory.mktemp("apart"), tmp_path_factory.mktemp("home")
    with (
        small_disk(own, HOME_MIB) as home,
        private_engine(folder) as engine,
        pytest.MonkeyPatch.context() as patch,
    ):
        engine.load(toolbox)
        relay = Relay(behind).start(int(behind.rpartition(":")[2]), engine.outside)
        patch.setenv("DOCKER_HOST", engine.host)
        ground = Ground(Machine(program, home.place / "home"), relay, much=BIG_MIB)
        made = Apart(ground, engine, home)
        try:
            yield made
        finally:
            made.ground.machine.clean()
            relay.stop()


def engine_killed(apart: Apart, cell: Cell) -> None:
    tried(apart.ground, cell, lambda: apart.cut_off(cell))


def disk_full(apart: Apart, filling: Filling, ending: str) -> None:
    def fault() -> None:
        done = apart.filled(filling)
        error = done.envelope["errors"][0]
        assert done.code == filling.code, f"{done.out}\n{done.err}"
        assert "space" in f"{error['message']} {error['hint']}".lower()
        # That it failed could not always be written; that the step began was.
        began = [one["index"] for one in newest(apart.ground.machine) if one["event"] == "started"]
        assert began[-1] == filling.route.index(filling.step)

    tried(apart.ground, Cell(filling.route, filling.step, FULL, ending), fault)


def test_f2_f5_f15_an_engine_that_died_and_a_disk_that_was_full_cost_nothing(apart: Apart) -> None:
    """The whole of it is in the matrix."""
    engine_killed(apart, Cell(UPGRADE, "StartRelease", KILLED, "rollback"))
    for number in (1, 3):
        disk_full(apart, FILLINGS[number], "rollback")
    apart.ground.machine.ok(*UPGRADE.words)
    assert version_served(apart.ground.machine) == UPGRADE.ends


@pytest.mark.faults
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("step", KILLED_AT)
def test_an_engine_that_is_killed_in_the_middle_of_a_step(
    apart: Apart, step: str, ending: str, record_property: Record
) -> None:
    cell = Cell(UPGRADE if step == "SaveStores" else PLAIN, step, KILLED, ending)
    record_property("cell", cell.key)
    engine_killed(apart, cell)


@pytest.mark.faults
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("filling", FILLINGS, ids=lambda one: one.step)
def test_a_disk_that_is_full_when_a_step_needs_room(
    apart: Apart, filling: Filling, ending: str, record_property: Record
) -> None:
    record_property("cell", Cell(UPGRADE, filling.step, FULL, ending).key)
    disk_full(apart, filling, ending)


@pytest.mark.faults
def test_f3_f5_where_a_copy_does_not_fit_only_a_proved_backup_and_a_clear_word_go_on(
    apart: Apart,
) -> None:
    ground, words = apart.ground, PLAIN.words
    ground.at(NEW)  # every image is here now
    ground.at(OLD)
    machine, before, running = ground.machine, ground.data(), ground.machine.container()
    in_place = (*words, "--no-clone", "--accept-no-clone")
    apart.engine.disk.fill(TOO_LITTLE)
    try:
        refused = machine.json(*words)
        unsaid, unproved = machine.json(*words, "--no-clone"), machine.json(*in_place)
        untouched = (machine.container(), ground.data(), len(ground.leftovers()))
        machine.ok("backup", "create")
        machine.ok("backup", "verify", "latest")
        machine.ok(*in_place)
    finally:
        apart.engine.disk.free()

    error = refused.envelope["errors"][0]
    assert refused.code == NO_SPACE, refused.out
    assert re.search(r"takes \d+ MiB, and 512 MiB stay free; \d+ MiB are free", error["message"])
    assert "--no-clone --accept-no-clone, with a verified backup" in error["hint"]
    assert (unsaid.code, unproved.code) == (USAGE, INCOMPATIBLE)
    assert untouched == (running, before, 0)
    assert (version_served(machine), ground.data()) == (NEW, before)
    assert ground.databases() == {"thoth"}

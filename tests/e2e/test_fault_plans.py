"""The kill matrix of the other plans that change an install: settings, secrets, copies, the end."""

from dataclasses import replace

import pytest
from e2e.drills import left_of_drill
from e2e.fault_cells import NEW, OLD, Cell, Ground
from e2e.fault_plans import (
    BACKUP,
    CONFIG,
    CONFIG_BACK,
    COPY,
    DRILL,
    FINALIZE,
    PURGE,
    REHEARSAL,
    ROTATE,
    UNDO,
    UNINSTALL,
    cells_of,
)
from e2e.fault_trying import (
    HEALTHY_SECONDS,
    Record,
    carried_out,
    finished,
    killed,
    killed_at,
)
from e2e.killing import steps_made
from e2e.machine import Machine, docker
from e2e.own_images import until
from e2e.stand_in import post, set_up, version_served

pytestmark = pytest.mark.faults
CHOSEN = "crash_seconds: 61"
PASSWORD = "postgres_app_password"  # noqa: S105 - its name
BESIDE = ".drill"


def standing(ground: Ground, *commands: tuple[str, ...]) -> None:
    """At the older version, after these."""
    ground.at(OLD)
    for words in commands:
        ground.machine.ok(*words)
    ground.ready = True


def cut_off(ground: Ground, cell: Cell, *more: str, beside: str = "") -> None:
    """Killed where the step begins; from here on the stack is fit for others only if it says so."""
    ground.ready = False
    killed_at(ground.machine, cell, *more, beside=beside)


def well(ground: Ground, before: tuple[str, str]) -> None:
    """Healthy, with the data of then, and nothing left over."""
    until(lambda: ground.machine.run("health").code == 0, HEALTHY_SECONDS)
    assert (version_served(ground.machine), ground.data()) == (OLD, before)
    assert ground.leftovers() == []
    ground.ready = True


@pytest.mark.parametrize("cell", cells_of(CONFIG, CONFIG_BACK), ids=str)
def test_a_change_of_settings_that_is_killed_at_a_step(
    ground: Ground, cell: Cell, record_property: Record
) -> None:
    """Both ways: what is chosen is what runs, in the file of settings, too."""
    standing(ground, ("config", "set", "crash_seconds=60", "--yes"))
    if cell.route is CONFIG_BACK:
        standing(ground, CONFIG.words)

    killed(ground, cell, record_property)
    assert steps_made(ground.machine) == cell.route.steps

    went = carried_out(ground.machine)
    chosen = CHOSEN in (ground.machine.folder / "settings.yaml").read_text()
    assert chosen is ((cell.route is CONFIG) == went)
    done = ground.machine.ok("config", "set", f"crash_seconds={61 if chosen else 60}", "--yes")
    assert done.data["changed"] is False, "the release that runs has other settings"


@pytest.mark.parametrize("cell", cells_of(BACKUP), ids=str)
def test_a_backup_that_is_killed_at_a_step(
    ground: Ground, cell: Cell, record_property: Record
) -> None:
    killed(ground, cell, record_property)
    assert steps_made(ground.machine) == cell.route.steps

    ground.ready = False
    ground.machine.ok("backup", "verify", ground.machine.ok("backup", "create").data["id"])
    ground.ready = True


@pytest.mark.parametrize("cell", cells_of(ROTATE), ids=str)
def test_a_rotation_that_is_killed_at_a_step(
    ground: Ground, cell: Cell, record_property: Record
) -> None:
    """Everybody has one password, the new one or that of before: a row is written with it."""
    standing(ground)
    before = ground.machine.secret(PASSWORD)

    killed(ground, cell, record_property)
    assert steps_made(ground.machine) == cell.route.steps

    ground.ready = False
    assert (ground.machine.secret(PASSWORD) != before) is carried_out(ground.machine)
    post(ground.machine, "/rows", {"text": "written with it"})
    assert ground.machine.ok("secrets", "check").data["good"]
    ground.ready = True


@pytest.mark.parametrize("cell", cells_of(FINALIZE), ids=str)
def test_freeing_that_is_killed_at_a_step(
    ground: Ground, cell: Cell, record_property: Record
) -> None:
    """What is gone on with frees all; what is given up leaves the rest to the next."""
    record_property("cell", cell.key)
    standing(ground)
    if not ground.machine.ok("upgrade", "finalize", "--plan").data["databases"]:
        standing(ground, ("upgrade", "--to", NEW, "--yes", "--soak", "0"), ("rollback", "--yes"))
    before = ground.data()

    cut_off(ground, cell)
    went = finished(ground.machine, cell)

    well(ground, before)
    left = ground.machine.ok("upgrade", "finalize", "--plan").data
    assert bool(left["databases"] or left["volumes"]) is not went


@pytest.mark.parametrize("cell", cells_of(UNDO), ids=str)
def test_an_undone_restore_that_is_killed_at_a_step(
    ground: Ground, cell: Cell, record_property: Record
) -> None:
    record_property("cell", cell.key)
    standing(ground, BACKUP.words)
    post(ground.machine, "/rows", {"text": "after the backup"})
    lost = ground.data()
    ground.machine.ok("restore", "latest", "--yes")
    restored = ground.data()

    cut_off(ground, cell)
    went = finished(ground.machine, cell)

    well(ground, lost if went else restored)


@pytest.mark.parametrize("cell", cells_of(COPY), ids=str)
def test_a_restore_beside_that_is_killed_at_a_step(
    ground: Ground, cell: Cell, record_property: Record
) -> None:
    """It is there with all data, or nothing of it is; what it was made from sees nothing of it."""
    record_property("cell", cell.key)
    standing(ground, BACKUP.words)
    before, name = ground.data(), ground.machine.name
    with replace(ground.machine, name=f"{name}-{cell.step.lower()}") as other:
        beside = Ground(other, ground.relay)

        cut_off(beside, cell, "--to-new-install", other.name, "--install", name)
        label = other.label if (other.folder / "install.json").exists() else "none"
        if finished(other, cell):
            until(lambda: other.run("health").code == 0, HEALTHY_SECONDS)
            assert (beside.data(), beside.leftovers()) == (before, [])
            other.ok("uninstall", "--purge", "--confirm", other.name, "--yes")
        assert nothing_of(other)
        assert other.left(label)["containers"] == []
    well(ground, before)


def nothing_of(machine: Machine) -> bool:
    """Neither records nor anything on the engine has its name."""
    lists = (("ps", "-aq"), ("volume", "ls", "-q"), ("network", "ls", "-q"))
    named = ("--filter", f"name=thoth-{machine.name}")
    return not machine.folder.exists() and not any(docker(*one, *named).split() for one in lists)


@pytest.mark.parametrize("cell", cells_of(DRILL, REHEARSAL), ids=str)
def test_a_drill_that_is_killed_at_a_step(
    ground: Ground, cell: Cell, record_property: Record
) -> None:
    """It never blocks anybody: the next command removes what it left."""
    record_property("cell", cell.key)
    standing(ground)
    ground.save()
    before = ground.data()

    cut_off(ground, cell, beside=BESIDE)
    assert ground.machine.ok("resume", "--yes").data["resumed"] is False

    assert not left_of_drill(ground.machine)
    assert not list((ground.machine.home / "restore").iterdir())
    well(ground, before)


@pytest.mark.parametrize("cell", cells_of(UNINSTALL), ids=str)
def test_an_uninstall_that_is_killed_at_a_step(
    ground: Ground, cell: Cell, record_property: Record
) -> None:
    """Gone on with, it keeps the data for the next setup; taken back, the release runs again."""
    record_property("cell", cell.key)
    standing(ground)
    before, label = ground.data(), ground.machine.label

    cut_off(ground, cell)
    if finished(ground.machine, cell):
        assert ground.machine.left(label)["containers"] == []
        set_up(ground.machine, ground.relay.host, OLD, "--mode", ground.mode)
    well(ground, before)


@pytest.mark.parametrize("cell", cells_of(PURGE), ids=str)
def test_a_removal_of_everything_that_is_killed_at_a_step(ground: Ground, cell: Cell) -> None:
    """Once data is being removed it is not taken back: empty volumes are no release of before."""
    standing(ground)
    machine, label = ground.machine, ground.machine.label

    cut_off(ground, cell, "--confirm", machine.name)
    if cell.step != "RemoveContainers":
        refused = machine.json("rollback", "--yes")
        assert refused.code == 16, refused.out
    assert finished(machine, cell)

    assert machine.left(label) == {"containers": [], "volumes": [], "networks": []}
    assert nothing_of(machine)

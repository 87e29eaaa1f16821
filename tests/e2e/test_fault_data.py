"""The kill matrix of plans that bring other data, on a stack with PostgreSQL and files."""

import pytest
from e2e.fault_cells import BEGINS, ENDINGS, ENDS, NEW, OLD, Ground
from e2e.fault_plans import GOING_BACK, RESTORING
from e2e.killing import Moment, ended, kill_at, steps_of
from e2e.own_images import until
from e2e.stand_in import post, version_served

pytestmark = pytest.mark.faults
RESTORE = ("restore", "latest", "--yes")
BACK = ("rollback", "--data", "restore", "--yes")


def cut_off(ground: Ground, words: tuple[str, ...], step: str, event: str) -> None:
    """Killed there; `step` is the last of its name."""
    if words not in ground.plans:
        asked = (word for word in words if word != "--yes")
        ground.plans[words] = steps_of(ground.machine, *asked)
    steps = ground.plans[words]
    index = len(steps) - 1 - steps[::-1].index(step)
    assert kill_at(ground.machine, Moment(words, index, event)), f"ended before {event} {step}"


def finished(ground: Ground, ending: str) -> bool:
    """By one command; tells whether the operation had ended by itself."""
    alone = bool(ended(ground.machine))
    done = ground.machine.json("resume" if alone else ending, "--yes")
    assert done.code == 0, f"{done.out}\n{done.err}"
    until(lambda: ground.machine.run("health").code == 0, 60)
    assert ground.leftovers() == []
    ground.ready = True
    return alone


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("event", [BEGINS, ENDS])
@pytest.mark.parametrize("step", RESTORING)
def test_f1_a_restore_that_is_killed_at_a_step(
    ground: Ground, step: str, event: str, ending: str
) -> None:
    ground.at(OLD)
    then = ground.save()
    post(ground.machine, "/rows", {"text": "after the backup"})
    now = ground.data()

    cut_off(ground, RESTORE, step, event)
    alone = finished(ground, ending)

    there = alone or ending == "resume"
    assert (version_served(ground.machine), ground.data()) == (OLD, then if there else now)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("step", GOING_BACK)
def test_a_rollback_to_the_data_of_then_that_is_killed_at_a_step(
    ground: Ground, step: str, ending: str
) -> None:
    ground.at(OLD)
    then = ground.data()
    ground.machine.ok("upgrade", "--to", NEW, "--yes", "--soak", "0")
    post(ground.machine, "/rows", {"text": "after the upgrade"})
    now = ground.data()

    cut_off(ground, BACK, step, BEGINS)
    alone = finished(ground, ending)

    wanted = (OLD, then) if alone or ending == "resume" else (NEW, now)
    assert (version_served(ground.machine), ground.data()) == wanted

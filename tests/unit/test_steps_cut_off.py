"""Every kind of step: the journal can name it, and something kills thothctl where it begins."""

import subprocess
import sys

import pytest
from e2e.fault_plans import ELSEWHERE, KILLED, NOT_KILLED

from thothctl.cli.app import whole
from thothctl.errors import IncompatibleError
from thothctl.operations.plan import STEPS, Plan, from_record, step, to_record
from thothctl.operations.uninstall import RemoveData

whole()  # every kind of step is registered by the command that plans it
OURS = {name for name, kind in STEPS.items() if kind.__module__.startswith("thothctl.")}


def test_every_step_is_killed_somewhere_or_says_why_not() -> None:
    assert {*KILLED, *ELSEWHERE, *NOT_KILLED} == OURS


def test_a_step_that_is_killed_in_the_matrix_needs_no_other_word() -> None:
    assert not KILLED & {*ELSEWHERE, *NOT_KILLED}
    assert not ELSEWHERE.keys() & NOT_KILLED.keys()


def test_no_two_steps_have_one_name() -> None:
    """A journal names steps: a cut-off removal of everything was once read as another step."""
    with pytest.raises(ValueError, match="RemoveData"):
        step(type("RemoveData", (RemoveData,), {}))

    plan = Plan("uninstall it", "uninstall", "it", (RemoveData("its label", why="asked for"),))
    assert from_record(to_record(plan)) == plan


@pytest.mark.parametrize("other", [{"step": "TakeLeap"}, {"step": "RemoveData", "far": True}])
def test_a_step_of_another_thothctl_is_told_as_that(other: dict[str, object]) -> None:
    record = to_record(Plan("leap", "upgrade", "it")) | {"steps": [other]}

    with pytest.raises(IncompatibleError, match=f"its step {other['step']} is of another") as told:
        from_record(record)

    assert "thothctl resume" in told.value.hint


def test_a_journal_may_name_steps_of_commands_that_are_not_loaded() -> None:
    asks = (
        "from thothctl.cli import recovery; from thothctl.operations.plan import STEPS, kind_of\n"
        f"names = {sorted(OURS)}; assert set(names) - set(STEPS), 'some are left to be loaded'\n"
        "print(*(kind_of(name).__name__ for name in names))"
    )
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False)

    assert done.stdout.split() == sorted(OURS), done.stderr

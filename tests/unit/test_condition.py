"""How a container is, read off the engine's answer."""

from typing import Any

import pytest

from thothctl.adapters.engine_answers import condition
from thothctl.model.observed import Condition

PASSED = {"ExitCode": 0, "Output": ""}


def state(status: str, streak: int, *checks: dict[str, Any]) -> dict[str, Any]:
    health = {"Status": status, "FailingStreak": streak, "Log": list(checks)}
    return {"Running": True, "Health": health}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (state("healthy", 0, PASSED), Condition.HEALTHY),
        (state("starting", 0), Condition.STARTING),
        (state("unhealthy", 3, PASSED, {"ExitCode": 1}), Condition.UNHEALTHY),
        ({"Running": True, "Health": {"Status": "unhealthy"}}, Condition.UNHEALTHY),
        ({"Running": True}, Condition.RUNNING),
        ({"Running": False, "Health": {"Status": "unhealthy"}}, Condition.STOPPED),
        ({"Running": True, "Restarting": True}, Condition.RESTARTING),
    ],
)
def test_one_word_tells_how_it_is(found: dict[str, Any], expected: Condition) -> None:
    assert condition(found) is expected


def test_a_pause_makes_nobody_unhealthy() -> None:
    """The engine says so until its next check, though the last one passed."""
    assert condition(state("unhealthy", 0, PASSED)) is Condition.HEALTHY
    assert condition(state("unhealthy", 0)) is Condition.STARTING
    assert condition(state("unhealthy", 1, PASSED)) is Condition.UNHEALTHY

"""What crashed and runs again is named for as long as it may happen once more."""

import pytest
from played_containers import INSTALL, LONG_AGO, RELEASE, PlayedContainers, container, world_of

from thothctl.model.finding import Finding, Verdict
from thothctl.model.observed import Condition, ObservedContainer
from thothctl.operations.running import Active, services


def found(one: ObservedContainer) -> Finding:
    world = world_of(PlayedContainers(one))
    return next(f for f in services(world, Active(INSTALL, RELEASE)) if f.probe == "service-app")


@pytest.mark.parametrize("condition", [Condition.HEALTHY, Condition.STARTING])
def test_f28_one_crash_is_named_though_the_container_runs_again(condition: Condition) -> None:
    told = found(container(condition=condition, restarts=1))

    assert told.verdict is Verdict.WARN
    assert "app crashed 1 s ago and was started again" in told.summary


def test_a_crash_of_long_ago_is_over() -> None:
    assert found(container(restarts=3, started=LONG_AGO)).verdict is Verdict.PASS

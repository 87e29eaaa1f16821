"""A stack that comes up is waited for; one that will not is named at once."""

import pytest
from played_containers import INSTALL, LONG_AGO, RELEASE, PlayedContainers, container, world_of

from thothctl.errors import EngineRefusedError, NotHealthyError
from thothctl.model.finding import Verdict
from thothctl.model.observed import Condition, LogLine, ObservedContainer
from thothctl.operations import running
from thothctl.operations.waiting import await_healthy, await_services, crashes_named


def test_a_service_that_starts_slowly_is_waited_for() -> None:
    def at(look: int) -> list[ObservedContainer]:
        return [container("app", Condition.STARTING if look < 200 else Condition.HEALTHY)]

    engine = PlayedContainers(at=at)

    await_services(world_of(engine), INSTALL, ["app"], seconds=90)

    assert engine.looks == 200


def test_a_crash_loop_is_named_with_its_last_lines_at_the_second_restart() -> None:
    def at(look: int) -> list[ObservedContainer]:
        crashing = container("redis", Condition.RESTARTING, restarts=look // 20)
        return [container("app", Condition.STARTING), crashing]

    engine = PlayedContainers(at=at, lines={"redis-1": [LogLine("t", "cannot read the disk")]})
    world = world_of(engine)

    with pytest.raises(NotHealthyError, match="service redis keeps crashing") as caught:
        await_services(world, INSTALL, ["app", "redis"], seconds=90)

    assert "redis | cannot read the disk" in caught.value.message
    assert "thothctl logs redis" in caught.value.hint
    assert world.clock.monotonic() < 10


def test_the_whole_stack_is_healthy_when_its_server_says_so() -> None:
    engine = PlayedContainers(container("app", Condition.STARTING))

    assert await_healthy(world_of(engine), INSTALL, RELEASE)


def test_restarts_of_long_ago_are_forgiven() -> None:
    settled = container("app", Condition.RUNNING, restarts=9, started=LONG_AGO)
    healthy = container("redis", Condition.HEALTHY, restarts=9)

    await_services(world_of(PlayedContainers(settled, healthy)), INSTALL, ["app"], seconds=1)


def test_a_service_that_ended_with_an_error_is_not_waited_for() -> None:
    ended = container("app", Condition.STOPPED, exit_code=3)

    with pytest.raises(NotHealthyError, match="app ended with exit code 3"):
        await_services(world_of(PlayedContainers(ended)), INSTALL, ["app"], seconds=90)


def test_services_by_name_are_waited_for_alone() -> None:
    engine = PlayedContainers(
        container("app", Condition.HEALTHY), container("worker", Condition.STOPPED, exit_code=143)
    )

    await_services(world_of(engine), INSTALL, ["app"], seconds=1)


def test_at_the_deadline_every_replica_that_is_not_up_is_named() -> None:
    engine = PlayedContainers(container("app"), container("app", Condition.STARTING, replica=2))

    with pytest.raises(NotHealthyError, match="app 2 is starting"):
        await_services(world_of(engine), INSTALL, ["app"], seconds=1)


def test_the_containers_of_the_release_before_may_crash_while_they_are_replaced() -> None:
    old = container("app", Condition.RESTARTING, restarts=50, release="1")
    new = container("app", Condition.RESTARTING, restarts=2, release="2")

    with crashes_named(world_of(PlayedContainers(old)), INSTALL, 2) as look:
        look()
    with (
        pytest.raises(NotHealthyError),
        crashes_named(world_of(PlayedContainers(old, new)), INSTALL, 2) as look,
    ):
        look()


@pytest.mark.parametrize(
    ("sick", "what"),
    [
        (container("redis", Condition.RESTARTING, restarts=1, exit_code=7), "keeps crashing"),
        (container("redis", Condition.RUNNING, restarts=1), "keeps crashing"),
        (container("redis", Condition.UNHEALTHY), "is unhealthy"),
        (container("redis", Condition.STOPPED, exit_code=3), "ended with exit code 3"),
    ],
)
def test_the_service_on_whose_account_compose_gave_up_is_named(
    sick: ObservedContainer, what: str
) -> None:
    engine = PlayedContainers(
        container("app", Condition.STARTING),
        sick,
        lines={"redis-1": [LogLine("t", "cannot read the disk")]},
    )

    with (
        pytest.raises(NotHealthyError, match=f"service redis {what}") as caught,
        crashes_named(world_of(engine), INSTALL, 1),
    ):
        raise EngineRefusedError("dependency failed to start", hint="mend it")

    assert "redis | cannot read the disk" in caught.value.message
    assert isinstance(caught.value.__cause__ or caught.value.__context__, EngineRefusedError)


def test_a_refusal_that_no_service_is_to_blame_for_stays_what_compose_said() -> None:
    engine = PlayedContainers(
        container("app", Condition.STARTING), container("redis", Condition.HEALTHY, restarts=9)
    )

    with (
        pytest.raises(EngineRefusedError, match="port is taken"),
        crashes_named(world_of(engine), INSTALL, 1),
    ):
        raise EngineRefusedError("the port is taken", hint="choose another")


def test_a_service_is_as_well_as_its_worst_replica() -> None:
    engine = PlayedContainers(container("app"), container("app", Condition.STOPPED, replica=2))
    world = world_of(engine)

    [finding] = running.services(world, running.active(world, "default"))

    assert finding.verdict is Verdict.FAIL
    assert finding.summary == "app is stopped (1 of 2 replicas)"
    assert finding.hint == "run `thothctl start app`"

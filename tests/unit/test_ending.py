"""What was cut off goes on, or is taken back, on a stack that may be in any state."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from fakes import FakeWorld, Remark, remarks
from played_containers import INSTALL, RELEASE, PlayedContainers, container

from thothctl.errors import (
    CheckFailedError,
    EngineRefusedError,
    NotHealthyError,
    ThothctlError,
    UnfinishedError,
)
from thothctl.model.observed import Condition, ObservedContainer
from thothctl.operations import ending
from thothctl.operations.backup_steps import SaveStores
from thothctl.operations.ending import resume, roll_back
from thothctl.operations.export import ExportStores
from thothctl.operations.plan import Plan, step
from thothctl.operations.recover import Unfinished
from thothctl.operations.uninstall import RemoveData

DOWN = container("app", Condition.STOPPED)
STARTED = ["release u-1", "up", "healthy"]


@step
@dataclass(frozen=True)
class Reading(Remark):
    """A trace of something that reads what runs."""

    needs_release: ClassVar[bool] = True


@dataclass
class Stack(FakeWorld):
    """An install with these containers."""

    containers: tuple[ObservedContainer, ...] = (container("app"),)
    engine: PlayedContainers = field(init=False)

    def __post_init__(self) -> None:
        self.engine = PlayedContainers(*self.containers)
        self.journal.files["op"] = []

    @property
    def installs(self) -> SimpleNamespace:
        return SimpleNamespace(
            find=lambda _: INSTALL,
            folder=Path,
            active=lambda _: 1,
            release=lambda *_: RELEASE,
            stored_secrets=lambda _: (),
        )

    @property
    def writers(self) -> SimpleNamespace:
        return SimpleNamespace(release=lambda uuid: self.do(f"release {uuid}"))

    @property
    def hooks(self) -> SimpleNamespace:
        return SimpleNamespace(run=lambda *_, **__: None)


@dataclass
class Watched(Stack):
    """An install that notes how far the journal was at each call."""

    recorded_at: dict[str, str] = field(default_factory=dict)

    def do(self, call: str) -> None:
        self.recorded_at[call] = self.journal.events()[-1]
        super().do(call)


@pytest.fixture(autouse=True)
def played(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose and health are only played."""
    monkeypatch.setattr(ending, "bring_up", lambda world, *_, **__: world.do("up"))
    monkeypatch.setattr(ending, "await_healthy", lambda world, *_, **__: world.do("healthy"))


def cut_off(kind: str) -> Unfinished:
    plan = Plan("look", kind, "default", (Reading("read"),), had_release=True)
    return Unfinished("op", plan, (0,), ())


def upgrade_cut_off(*, started: tuple[int, ...]) -> Unfinished:
    plan = replace(remarks("one", had_release=True), kind="upgrade")
    return Unfinished("op", plan, started, ())


def test_writers_that_a_kill_left_paused_go_on_before_compose_is_asked() -> None:
    """Compose refuses to start what is paused."""
    fake = Stack()

    resume(cut_off("upgrade"), fake.as_world())

    assert fake.calls == [*STARTED, "read"]


def test_what_is_taken_back_lets_paused_writers_go_on_before_the_release_is_started() -> None:
    fake = Stack()

    roll_back(upgrade_cut_off(started=(0,)), fake.as_world())

    assert fake.calls == ["undo one", *STARTED]


def test_it_is_over_only_when_the_release_answers() -> None:
    """A kill while it is started leaves it to be finished, not one release further to go back."""
    fake = Watched()

    roll_back(upgrade_cut_off(started=(0,)), fake.as_world())

    assert fake.recorded_at == {"undo one": "undoing", **dict.fromkeys(STARTED, "undone")}
    assert fake.journal.events()[-1] == "unwound"


def test_what_was_taken_back_before_a_kill_is_only_started_and_ended() -> None:
    fake = Stack()

    roll_back(upgrade_cut_off(started=()), fake.as_world())

    assert fake.calls == STARTED
    assert fake.journal.events()[-1] == "unwound"


@pytest.mark.parametrize(
    ("broken", "error", "code"),
    [
        ("up", EngineRefusedError("the port is taken", hint="then run again"), 6),
        ("up", CheckFailedError("it does not fit", hint="mend it", exit_code=7), 7),
        ("healthy", NotHealthyError("app is unhealthy", hint="look"), 8),
        ("up", KeyboardInterrupt(), 130),
    ],
    ids=["refused", "unfit", "not healthy", "interrupted"],
)
def test_whatever_keeps_the_release_from_running_it_is_said_that_it_was_taken_back(
    broken: str, error: BaseException, code: int
) -> None:
    """To run `rollback` once more would go back further."""
    fake = Stack(frozenset({broken}), error)

    with pytest.raises(ThothctlError, match="leave traces was taken back, but ") as caught:
        roll_back(upgrade_cut_off(started=(0,)), fake.as_world())

    assert fake.journal.events()[-1] == "unwound"
    assert "`thothctl start`" in caught.value.hint
    assert "run again" not in caught.value.hint
    assert caught.value.exit_code == code
    assert str(caught.value) == caught.value.message


@pytest.mark.parametrize("kind", ["backup", "export"])
@pytest.mark.parametrize(
    ("containers", "started"),
    [
        ((container("app", Condition.UNHEALTHY), container("grafana", Condition.STOPPED)), []),
        ((DOWN,), STARTED),
    ],
    ids=["as the user has it", "down with its engine"],
)
def test_what_only_reads_asks_no_health_and_starts_nothing_that_was_stopped_by_itself(
    kind: str, containers: tuple[ObservedContainer, ...], started: list[str]
) -> None:
    fake = Stack(containers=containers)

    resume(cut_off(kind), fake.as_world())

    assert fake.calls == [*started, "read"]


def test_what_only_reads_goes_on_though_what_was_started_is_not_healthy() -> None:
    slow = NotHealthyError("app is unhealthy", hint="see the logs")
    fake = Stack(frozenset({"healthy"}), slow, containers=(DOWN,))

    resume(cut_off("backup"), fake.as_world())

    assert fake.calls == [*STARTED, "read"]


def test_backups_and_exports_alike_read_what_runs_and_change_nothing() -> None:
    assert ExportStores.needs_release is SaveStores.needs_release is True
    assert ExportStores.harmless is SaveStores.harmless is True


def test_a_removal_of_data_is_not_taken_back_but_finished() -> None:
    """What ran before would be started on empty volumes, and called taken back."""
    fake = Stack()
    purge = Plan("uninstall default", "uninstall", "default", (RemoveData("u-1", why="asked for"),))

    roll_back(Unfinished("op", purge, (), ()), fake.as_world())
    with pytest.raises(UnfinishedError, match="nothing brings back"):
        roll_back(Unfinished("op", purge, (0,), ()), fake.as_world())

    assert fake.journal.events()[-1] == "unwound"

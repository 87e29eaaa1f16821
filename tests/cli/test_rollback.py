"""`thothctl rollback` goes back, whatever else was cut off before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import Remark
from local_world import Play

from thothctl.adapters.journal_file import JournalFolder
from thothctl.adapters.locks import LockFolder
from thothctl.adapters.machine import SystemClock
from thothctl.cli.main import main
from thothctl.operations.plan import HARMLESS, Plan, step, to_record
from thothctl.world import World

Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(home: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """An install with an earlier release; exit code and what is said."""
    play = Play()

    def invoke(*argv: str) -> tuple[int, str, str]:
        code = main([*argv, "--yes"], play.connect)
        return code, *capsys.readouterr()

    assert invoke("setup", "--no-demo")[0] == 0
    assert invoke("config", "set", "port=8098")[0] == 0
    return invoke


@step
@dataclass(frozen=True)
class Beginning(Remark):
    """The first thing that is done of something; nothing has to be undone of it."""

    def undo(self, world: World) -> None:
        """There is nothing."""


def cut_off(home: Path, kind: str) -> str:
    """An operation that was killed in its first step; returns its id."""
    operation = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}Z-{kind}-abcd"
    plan = Plan(f"a {kind}", kind, "default", (Beginning("one"),))
    journal = JournalFolder(home, SystemClock())
    journal.begin("default", operation, {"event": "planned", "plan": to_record(plan)})
    journal.record("default", operation, {"event": "started", "index": 0})
    return operation


@pytest.mark.parametrize("kind", sorted(HARMLESS - {"drill"}))
def test_what_changed_no_release_is_given_up_and_that_is_said(
    home: Path, told: Told, kind: str
) -> None:
    operation = cut_off(home, kind)

    code, out, err = told("rollback", "--soak", "0")

    assert code == 0, err
    assert f"a {kind}: given up; the release is the one it was" in " ".join(out.split())
    assert ended(home, operation)
    again, out, err = told("rollback", "--soak", "0")
    assert (again, "as release 3" in out) == (0, True), err


@pytest.mark.parametrize("kind", sorted(HARMLESS - {"drill"}))
def test_who_names_a_release_gets_it(home: Path, told: Told, kind: str) -> None:
    operation = cut_off(home, kind)

    code, out, err = told("rollback", "--soak", "0", "--to", "1")

    assert code == 0, err
    assert f"a {kind} never ended and is given up" in err
    assert "as release 3" in out
    assert ended(home, operation)


def ended(home: Path, operation: str) -> bool:
    (entries,) = (
        one.entries
        for one in JournalFolder(home, SystemClock()).operations("default")
        if one.operation == operation
    )
    return entries[-1]["event"] == "unwound"


@pytest.mark.parametrize("argv", [("upgrade", "--plan"), ("upgrade", "--dry-run")])
def test_a_backup_that_another_process_makes_is_not_given_up_by_who_plans(
    home: Path, told: Told, argv: tuple[str, ...]
) -> None:
    operation = cut_off(home, "backup")

    with LockFolder(home, SystemClock()).hold("default", "backup create"):
        code, _, err = told(*argv)

    assert code == 5
    assert "backup create" in err
    assert not ended(home, operation)


@pytest.mark.parametrize("argv", [("upgrade", "--plan"), ("rollback", "--to", "1", "--plan")])
def test_who_only_plans_gives_up_nothing(home: Path, told: Told, argv: tuple[str, ...]) -> None:
    operation = cut_off(home, "backup")

    err = told(*argv)[2]

    assert "a backup never ended; the next command gives it up" in err
    assert not ended(home, operation)


def test_a_change_that_was_cut_off_is_what_is_taken_back(home: Path, told: Told) -> None:
    cut_off(home, "upgrade")
    assert told("rollback", "--to", "1")[0] == 16

    code, out, _ = told("rollback")

    assert (code, "a upgrade: taken back" in out) == (0, True)
    assert "release 2" in told("releases", "show", "2")[1].casefold()

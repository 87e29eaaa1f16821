"""The user's programs around an operation: what they see, and what their failure means."""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes import FakeWorld, remarks
from played_containers import INSTALL

from thothctl.adapters.hooks import HookFolder
from thothctl.errors import CheckFailedError, InvalidInputError
from thothctl.model.event import Note
from thothctl.model.secret import Secret
from thothctl.operations.execute import RolledBackError, execute
from thothctl.operations.plan import Plan
from thothctl.operations.recover import go_on, unfinished
from thothctl.world.programs import Ran

CALLERS = "hunter2-of-the-caller"


@pytest.fixture
def hook(tmp_path: Path) -> Path:
    folder = tmp_path / "hooks"
    folder.mkdir(mode=0o755)
    return folder / "pre_upgrade"


def write(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def hooks() -> HookFolder:
    return HookFolder({"PATH": "/usr/bin:/bin", "LLM_API_KEY": CALLERS})


def test_no_file_is_no_hook(hook: Path) -> None:
    assert hooks().run(hook, {}, seconds=5) is None


def test_a_hook_is_told_what_happens_and_gets_no_secret_of_the_caller(hook: Path) -> None:
    ran = hooks().run(write(hook, "pwd; env; exit 3"), {"THOTHCTL_HOOK": "x"}, seconds=5)

    assert ran is not None
    assert (ran.status, ran.late) == (3, False)
    assert ran.output.startswith(str(hook.parent))
    assert "THOTHCTL_HOOK=x" in ran.output
    assert CALLERS not in ran.output


def test_a_hook_that_takes_too_long_is_ended_with_what_it_started(hook: Path) -> None:
    ran = hooks().run(write(hook, "echo begun; sleep 60 & wait"), {}, seconds=0.5)

    assert ran is not None
    assert (ran.late, ran.output) == (True, "begun\n")


@pytest.mark.parametrize("apart", ["", "setsid "])
def test_what_a_hook_leaves_running_is_not_waited_for(hook: Path, apart: str) -> None:
    """With a session of its own it outlives even the end of all that the hook started."""
    kept = hook.parent / "pid"
    ran = hooks().run(
        write(hook, f"echo begun; {apart}sleep 60 & echo $! > {kept}"), {}, seconds=20
    )
    os.kill(int(kept.read_text()), signal.SIGKILL)

    assert ran is not None
    assert (ran.status, ran.late, ran.output) == (0, False, "begun\n")


def test_what_cannot_be_run_or_others_may_write_is_refused(hook: Path) -> None:
    write(hook, "true").chmod(0o644)
    with pytest.raises(InvalidInputError, match="no program that can be run"):
        hooks().run(hook, {}, seconds=5)
    hook.chmod(0o775)
    with pytest.raises(InvalidInputError, match="can be written by others"):
        hooks().run(hook, {}, seconds=5)
    hook.write_text("no first line that names a program")
    hook.chmod(0o755)
    with pytest.raises(InvalidInputError, match="cannot be run"):
        hooks().run(hook, {}, seconds=5)


@dataclass
class Hooked(FakeWorld):
    """A world whose hooks end like this, by name."""

    ends: Mapping[str, Ran] = field(default_factory=dict)
    outcome: str = ""

    @property
    def installs(self) -> SimpleNamespace:
        return SimpleNamespace(
            find=lambda _: INSTALL,
            folder=lambda _: Path("/installs/default"),
            stored_secrets=lambda _: ("token",),
            secret=lambda *_: Secret(CALLERS),
        )

    @property
    def hooks(self) -> SimpleNamespace:
        return SimpleNamespace(run=self._run)

    def _run(self, path: Path, told: Mapping[str, str], *, seconds: float) -> Ran | None:
        assert seconds > 0
        self.calls.append(f"{path.parent.name}/{path.name}")
        self.outcome = told.get("THOTHCTL_OUTCOME", "")
        return self.ends.get(path.name)


def plan(kind: str = "upgrade") -> Plan:
    return replace(remarks("one", "two", had_release=True), kind=kind)


@pytest.mark.parametrize("kind", ["upgrade", "rollback", "backup", "restore"])
def test_hooks_run_before_the_first_step_and_after_the_last(kind: str) -> None:
    fake = Hooked(ends={f"pre_{kind}": Ran(0, f"with {CALLERS}\n")})

    execute(plan(kind), fake.as_world(), operation="op")

    assert fake.calls == [f"hooks/pre_{kind}", "one", "two", f"hooks/post_{kind}"]
    assert fake.outcome == "done"
    (said,) = (e for e in fake.journal.files["op"] if e["event"] == "hook")
    assert (said["hook"], said["status"]) == (f"pre_{kind}", 0)
    assert CALLERS not in str(said["output"])


def test_other_operations_have_no_hooks() -> None:
    fake = Hooked()
    execute(plan("setup"), fake.as_world(), operation="op")

    assert fake.calls == ["one", "two"]


@pytest.mark.parametrize(
    ("ran", "words"),
    [(Ran(2, "no"), "ended with status 2"), (Ran(-9, "", late=True), "did not end within 600 s")],
)
def test_a_hook_that_fails_before_stops_everything_before_it_begins(ran: Ran, words: str) -> None:
    fake = Hooked(ends={"pre_upgrade": ran})

    with pytest.raises(CheckFailedError, match=f"pre_upgrade {words}") as error:
        execute(plan(), fake.as_world(), operation="op")

    assert (error.value.exit_code, fake.calls) == (3, ["hooks/pre_upgrade"])
    assert unfinished(fake.as_world(), "default") is None


def test_a_hook_that_fails_afterwards_is_a_warning() -> None:
    fake = Hooked(ends={"post_upgrade": Ran(1, "")})

    execute(plan(), fake.as_world(), operation="op")

    notes = [one.text for one in fake.reported if isinstance(one, Note)]
    assert any("Warning: post_upgrade ended with status 1" in note for note in notes)


def test_what_is_taken_back_is_told_too() -> None:
    fake = Hooked(breaks=frozenset({"two"}))

    with pytest.raises(RolledBackError):
        execute(plan(), fake.as_world(), operation="op")

    assert (fake.calls[-1], fake.outcome) == ("hooks/post_upgrade", "failed")


def test_an_operation_killed_in_its_first_hook_goes_on_with_it() -> None:
    fake = Hooked()
    execute(plan(), fake.as_world(), operation="op")
    del fake.journal.files["op"][1:]
    fake.calls.clear()
    pending = unfinished(fake.as_world(), "default")
    assert pending is not None

    go_on(pending, fake.as_world())

    assert fake.calls == ["hooks/pre_upgrade", "one", "two", "hooks/post_upgrade"]

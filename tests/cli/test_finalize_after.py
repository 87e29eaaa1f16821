"""Data whose time is over goes with the next command that changes something, and never quietly."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from local_world import Play

from thothctl.cli.main import main
from thothctl.errors import EngineRefusedError
from thothctl.model.install import LABEL_GENERATION, LABEL_STORE

PROVED = {"monotonic": 0, "seconds": {"1": 24 * 60 * 60}}
OLD = "thoth-default_data_g7"
Told = Callable[..., tuple[int, str]]


@pytest.fixture
def play(home: Path) -> Play:
    """An install whose release is due, with a generation of its data that nobody needs."""
    play = Play()
    assert main(["setup", "--yes", "--output", "json"], play.connect) == 0
    record = home / "installs/default/releases/1/release.json"
    due = {"finalize_after": "2020-01-01T00:00:00+00:00"}
    record.write_text(json.dumps({**json.loads(record.read_text()), **due}))
    (home / "installs/default/overdue.json").write_text(json.dumps(PROVED))
    play.engine.made[OLD] = {LABEL_STORE: "data", LABEL_GENERATION: "7"}
    return play


@pytest.fixture
def told(play: Play, capsys: pytest.CaptureFixture[str]) -> Told:
    """Exit code and what is said meanwhile."""
    capsys.readouterr()

    def invoke(*argv: str) -> tuple[int, str]:
        return main([*argv, "--yes"], play.connect), capsys.readouterr().err

    return invoke


def test_what_is_removed_is_told(play: Play, told: Told) -> None:
    code, said = told("stop")

    assert (code, OLD in play.engine.made) == (0, False)
    assert f"Removing {OLD}: its time is over" in said


@pytest.mark.parametrize("text", ["", "{", "{}", '{"seconds": [], "monotonic": 0}'])
def test_what_the_clock_alone_says_is_told_and_removes_nothing(
    play: Play, told: Told, home: Path, text: str
) -> None:
    seen = home / "installs/default/overdue.json"
    seen.write_text(text)

    code, said = told("stop")

    assert (code, OLD in play.engine.made) == (0, True)
    assert (
        f"{OLD}: its time is over; a command after one more day of running removes it"
        in " ".join(said.split())
    )
    assert json.loads(seen.read_text())["seconds"] == {"1": 0}


@pytest.mark.parametrize(
    "argv",
    [
        ("upgrade", "finalize", "--plan"),
        ("upgrade", "finalize", "--dry-run"),
        ("restore", "--undo", "--plan"),
        ("export-data", "--plan"),
    ],
)
def test_a_command_that_only_plans_removes_nothing(
    play: Play, told: Told, argv: Sequence[str]
) -> None:
    told(*argv)

    assert OLD in play.engine.made


def test_what_cannot_be_removed_is_told_and_stops_nothing(
    play: Play, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise EngineRefusedError("the volume is in use", hint="stop who uses it")

    monkeypatch.setattr(play.engine, "remove_volumes", refuse)

    for verb in ("stop", "start"):
        code, said = told(verb)
        assert code == 0, said
        assert "old data is still there: the volume is in use" in " ".join(said.split())

"""What was proved of a backup holds for the place that was read, and for no other."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from local_world import Play
from played_toolbox import backup_of

from thothctl.cli.main import main
from thothctl.errors import UsageError
from thothctl.operations.backup import usual_target
from thothctl.operations.backup_prune import prove
from thothctl.operations.backup_shelf import forget

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    monkeypatch.setenv("THOTHCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("THOTHCTL_INSTALL", "default")
    return Play()


@pytest.fixture
def run(play: Play, capsys: pytest.CaptureFixture[str]) -> Run:
    def invoke(*argv: str) -> dict[str, Any]:
        code = main([*argv, "--output", "json"], connect=play.connect)
        document = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert code == 0, document
        return dict(document["data"])

    return invoke


@pytest.fixture
def backup(play: Play, run: Run, tmp_path: Path) -> str:
    """One that lies near, and a copy of it that lies far."""
    run("setup", "--yes", "--no-demo", "--port", "18081")
    installs = play.connect(lambda _: None).installs
    install, made = installs.find("default"), tmp_path / "made"
    assert install
    backup = backup_of(install, installs.release("default", 1), made).id
    for place in ("near", "far"):
        (tmp_path / place).mkdir()
        (tmp_path / place / f"{backup}.thoth-backup").write_bytes(made.read_bytes())
    return backup


def proved(run: Run, place: Path) -> list[bool]:
    return [
        one["verified"] is not None
        for one in run("backup", "list", "--from", str(place))["backups"]
    ]


def test_what_was_verified_in_one_place_is_not_verified_in_another(
    run: Run, backup: str, tmp_path: Path
) -> None:
    run("backup", "verify", backup, "--from", str(tmp_path / "near"))

    assert proved(run, tmp_path / "near") == [True]
    assert proved(run, tmp_path / "far") == [False]


def test_a_file_is_proved_in_the_place_it_lies_in(run: Run, backup: str, tmp_path: Path) -> None:
    run("backup", "verify", str(tmp_path / "far" / f"{backup}.thoth-backup"))

    assert proved(run, tmp_path / "far") == [True]
    assert proved(run, tmp_path / "near") == [False]


def test_what_pruning_reads_is_proved_where_it_reads(
    play: Play, run: Run, backup: str, tmp_path: Path
) -> None:
    prove(play.connect(lambda _: None), "default", str(tmp_path / "far"), backup)

    assert proved(run, tmp_path / "far") == [True]
    assert proved(run, tmp_path / "near") == [False]


def test_a_copy_was_compared_on_its_way(run: Run, backup: str, tmp_path: Path) -> None:
    run("backup", "copy", backup, "--from", str(tmp_path / "near"), "--to", str(tmp_path / "third"))

    assert proved(run, tmp_path / "third") == [True]
    assert proved(run, tmp_path / "near") == [False]


def test_a_place_that_was_forgotten_is_looked_at_no_more_and_its_backups_stay(
    run: Run, backup: str, tmp_path: Path
) -> None:
    third = tmp_path / "third"
    run("backup", "copy", backup, "--from", str(tmp_path / "near"), "--to", str(third))
    assert [one["id"] for one in run("backup", "list")["backups"]] == [backup]

    assert run("backup", "forget", str(third))["place"] == str(third)

    assert run("backup", "list")["backups"] == []
    assert [one["id"] for one in run("backup", "list", "--from", str(third))["backups"]] == [backup]


def test_only_a_place_that_is_known_and_no_longer_in_use_can_be_forgotten(
    play: Play, run: Run, backup: str, tmp_path: Path
) -> None:
    world = play.connect(lambda _: None)
    with pytest.raises(UsageError, match="no backup is known"):
        forget(world, "default", str(tmp_path / "near"))
    with pytest.raises(UsageError, match="backups still go to"):
        forget(world, "default", usual_target(world, "default"))

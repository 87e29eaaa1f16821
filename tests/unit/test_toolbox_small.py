"""Small programs of the toolbox, their helpers played: what they pass on, refuse and let go."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest
from programs import load

BIN = Path(__file__).parents[2] / "images/toolbox/bin"
ENGINE, OTHERS = "aaaaaaaaaaaa", "bbbbbbbbbbbb"
BEFORE, AFTER = "2026-01-01T00:00:00.123456789Z", "2026-03-01T00:00:00.123456789+01:00"
ASKED = "1769904000.5"
"""The first of February."""


def run(
    program: str, *words: str, given: bytes, beside: Path
) -> "subprocess.CompletedProcess[bytes]":
    path = f"{beside}:{BIN}:{os.environ['PATH']}"
    argv = [str(BIN / program), *words]
    own = {**os.environ, "PATH": path}
    return subprocess.run(argv, input=given, capture_output=True, check=False, env=own)


def played(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_small_things_are_packed_one_by_one_in_one_go(tmp_path: Path) -> None:
    played(tmp_path, "thoth-pack", "echo \"$1\" >&2; tr a-z A-Z; printf '!'")

    done = run("thoth-pack-each", "age1x", given=b"3\nabc2\nd\n", beside=tmp_path)

    assert (done.returncode, done.stdout) == (0, b"4\nABC!3\nD\n!")
    assert done.stderr.split() == [b"age1x", b"age1x"]


def test_a_small_thing_that_is_not_packed_ends_it(tmp_path: Path) -> None:
    played(tmp_path, "thoth-pack", "exit 3")

    done = run("thoth-pack-each", "age1x", given=b"3\nabc", beside=tmp_path)

    assert (done.returncode, done.stdout) == (3, b"")


def test_a_folder_holds_what_a_tar_brings_and_nothing_else_and_it_is_counted(
    tmp_path: Path,
) -> None:
    source, folder = tmp_path / "source", tmp_path / "in"
    for place in (source, folder):
        place.mkdir()
    (source / "new").write_text("new")
    (folder / ".old").write_text("of a try before")
    with tarfile.open(tmp_path / "tar", "w") as tar:
        tar.add(source, ".")

    done = run("thoth-fill", str(folder), given=(tmp_path / "tar").read_bytes(), beside=tmp_path)
    torn = run("thoth-fill", str(folder), given=b"torn" * 512, beside=tmp_path)

    assert json.loads(done.stdout) == {"files": 1, "rows": {}}
    assert [path.name for path in folder.iterdir()] == []
    assert (torn.returncode, torn.stdout) == (12, b"")


@pytest.fixture
def repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> ModuleType:
    """The program as a module, in a place of the test's, with a restic that shows locks."""
    script = f'shift 3; echo "$*" >> {tmp_path}/asked; cat "{tmp_path}/repository/locks/$3"'
    played(tmp_path, "restic", script)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(sys, "argv", ["thoth-repository", "/dev/null", "?"])
    monkeypatch.setattr(os, "environ", dict(os.environ))
    made = load(BIN / "thoth-repository")
    monkeypatch.setattr(made, "HERE", tmp_path / "repository")
    (tmp_path / "repository/locks").mkdir(parents=True)
    return made


def test_f33_only_the_lock_of_a_task_of_this_engine_that_is_gone_is_let_go(
    repository: ModuleType, tmp_path: Path
) -> None:
    locks = tmp_path / "repository/locks"
    held = {
        "gone": (f"thoth-task-1.{ENGINE}", BEFORE),
        "running": (f"thoth-task-2.{ENGINE}", BEFORE),
        "later": (f"thoth-task-3.{ENGINE}", AFTER),
        "far": (f"thoth-task-1.{OTHERS}", BEFORE),
        "somebody": ("laptop", BEFORE),
    }
    for name, (host, moment) in held.items():
        (locks / name).write_text(json.dumps({"hostname": host, "time": moment}))

    repository.let_go(f"{ENGINE}:{ASKED}:thoth-task-2.{ENGINE},thoth-task-9.{ENGINE}")

    assert {path.name for path in locks.iterdir()} == held.keys() - {"gone"}
    assert asked(tmp_path)[-1] == "unlock"


def test_f33_where_no_lock_stays_nothing_more_is_asked(
    repository: ModuleType, tmp_path: Path
) -> None:
    held = {"hostname": f"thoth-task-1.{ENGINE}", "time": BEFORE}
    (tmp_path / "repository/locks/gone").write_text(json.dumps(held))

    repository.let_go(f"{ENGINE}:{ASKED}:")

    assert asked(tmp_path) == ["cat lock gone --no-lock"]


def asked(folder: Path) -> list[str]:
    """What restic was called with."""
    return (folder / "asked").read_text().splitlines()


STALLED = """
for n in 1 2 3 4 5 6 7 8; do echo '{"message_type": "status", "bytes_done": 5}'; sleep 0.1; done
[ -e SIGN ] || exec sleep 60
echo '{"message_type": "summary", "snapshot_id": "s", "total_bytes_processed": 5,' \\
  '"data_added_packed": 5}'
"""
"""A restic that says the same again and again; with the sign there it ends well after all."""


@pytest.mark.parametrize("answers", [True, False])
def test_f17_a_far_place_that_takes_nothing_more_is_asked_and_left_if_it_is_silent(
    repository: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    answers: bool,
) -> None:
    played(tmp_path, "restic", STALLED.replace("SIGN", f"{tmp_path}/sign"))
    played(tmp_path, "rclone", f"echo $* >> {tmp_path}/asked; exit {int(not answers)}")
    if answers:
        (tmp_path / "sign").touch()
    monkeypatch.setenv("THOTH_PLACE_REPOSITORY", "rclone:place:keep/repository")
    monkeypatch.setattr(repository, "SILENT_SECONDS", 0.25)

    status = repository.saved(["backup"], None, "/volume")

    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[0] == "lsf --max-depth 1 place:keep/repository"
    assert (status == 0) == answers
    assert ("stopped answering" in capsys.readouterr().err) is not answers


def test_a_repository_on_this_machine_is_never_asked(
    repository: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sign").touch()
    played(tmp_path, "restic", STALLED.replace("SIGN", f"{tmp_path}/sign"))
    monkeypatch.setattr(repository, "SILENT_SECONDS", 0)

    assert repository.saved(["backup"], None, "/volume") == 0
    assert not (tmp_path / "asked").exists()

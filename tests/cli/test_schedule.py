"""Backups by the clock: what the machine is told, and what happens when one fails."""

import json
import os
import shlex
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from local_world import Play, PlayedImages
from needs import needs_systemctl
from webhook import TOKEN, webhook

from thothctl.adapters.systemd import SystemdUnits
from thothctl.cli.main import main

Run = Callable[..., tuple[int, dict[str, Any]]]
OTHERS = "0 5 * * * /usr/bin/other"
CRONTAB = """#!/bin/sh
case $1 in -l) cat "$CRONTAB_FILE" 2>/dev/null ;; *) cat > "$CRONTAB_FILE" ;; esac
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("THOTHCTL_HOME", str(tmp_path / "my 100% home"))
    monkeypatch.setenv("THOTHCTL_INSTALL", "default")
    play = Play()

    def invoke(*argv: str) -> tuple[int, dict[str, Any]]:
        code = main([*argv, "--output", "json"], connect=play.connect)
        said = capsys.readouterr()
        assert TOKEN not in said.out + said.err
        return code, json.loads(said.out.splitlines()[-1])

    assert invoke("setup", "--yes", "--no-demo", "--port", "18081")[0] == 0
    return invoke


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without systemd whose cron knows a line of somebody else."""
    program = tmp_path / "bin/crontab"
    program.parent.mkdir()
    program.write_text(CRONTAB)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("CRONTAB_FILE", str(tmp_path / "crontab"))
    monkeypatch.setattr(SystemdUnits, "manages", lambda _: False)
    (tmp_path / "crontab").write_text(OTHERS + "\n")
    return tmp_path / "crontab"


@needs_systemctl
def test_a_timer_of_systemd_runs_backups(run: Run, tmp_path: Path) -> None:
    root = tmp_path / "root"
    words = ("backup", "schedule", "set", "--every", "week", "--at", "03:10", "--jitter", "45")
    code, document = run(*words, "--root", str(root))
    folder = root / "etc/systemd/system"

    assert code == 0, document
    assert document["data"]["by"] == "systemd"
    timer = (folder / "thoth-default.backup.timer").read_text()
    service = (folder / "thoth-default.backup.service").read_text()
    assert "OnCalendar=Sun *-*-* 03:10:00" in timer
    assert "RandomizedDelaySec=45min" in timer
    assert "backup run --install default --non-interactive" in service
    assert "TimeoutStartSec=12h" in service
    assert not (folder / "thoth-default.service").exists()
    assert run(*words, "--root", str(root))[1]["data"]["changed"] == []
    assert run("backup", "schedule", "show")[1]["data"]["schedule"]["at"] == "03:10"
    removed = run("backup", "schedule", "remove", "--root", str(root))[1]["data"]["removed"]
    assert removed == ["thoth-default.backup.service", "thoth-default.backup.timer"]
    assert not [path for path in folder.glob("thoth-*") if path.is_file()]


@needs_systemctl
def test_the_units_of_the_service_bring_the_schedule_along(run: Run, tmp_path: Path) -> None:
    root = ("--root", str(tmp_path / "root"))
    run("backup", "schedule", "set", *root)

    document = run("service", "install", *root)[1]

    assert "thoth-default.backup.timer" in document["data"]["units"]
    assert (tmp_path / "root/etc/systemd/system/thoth-default.backup.timer").exists()


def test_without_systemd_cron_runs_them_and_lines_of_others_stay(run: Run, crontab: Path) -> None:
    code, document = run("backup", "schedule", "set", "--every", "day", "--jitter", "0")

    assert code == 0, document
    assert document["data"]["by"] == "cron"
    first, mark, line = crontab.read_text().splitlines()
    assert first == OTHERS
    assert mark.startswith("# Written by thothctl")
    assert line.startswith("30 2 * * * ")
    assert "backup run --install default --non-interactive" in line
    assert run("backup", "schedule", "set", "--jitter", "0")[1]["data"]["changed"] == []
    run("backup", "schedule", "remove")
    assert crontab.read_text() == OTHERS + "\n"


def test_a_folder_is_that_of_whoever_wrote_the_schedule(
    run: Run, crontab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    document = run("backup", "schedule", "set", "--to", "disk/backups")[1]

    assert document["data"]["target"] == str(tmp_path / "disk/backups")
    monkeypatch.chdir("/")
    schedule = run("backup", "schedule", "show")[1]["data"]["schedule"]
    assert schedule["target"] == str(tmp_path / "disk/backups")


def test_a_folder_of_the_settings_is_the_same_wherever_it_is_asked_for(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("config", "set", "backup.target=disk", "--yes")[0] == 0

    places = run("backup", "list")[1]["data"]["places"]

    assert str(tmp_path / "my 100% home/disk") in places


def test_a_line_that_somebody_put_below_the_mark_stays(run: Run, crontab: Path) -> None:
    run("backup", "schedule", "set", "--jitter", "0")
    first, mark, line = crontab.read_text().splitlines()
    another = line.replace("--install default ", "--install default-2 ")
    crontab.write_text(f"{first}\n{mark}\n{another}\n{mark}\n{OTHERS}\n{mark}\n{line}\n")

    run("backup", "schedule", "remove")

    assert crontab.read_text().splitlines() == [first, another, OTHERS]


def test_a_run_that_fails_tells_a_webhook_and_a_mail_command(
    run: Run, crontab: Path, tmp_path: Path
) -> None:
    mailed = tmp_path / "mailed"
    broken = tmp_path / "file"
    broken.write_text("no folder")
    words = ("--mail-command", f"tee {mailed}", "--to", str(broken / "below"))
    with webhook() as (url, heard):
        (tmp_path / "url").write_text(url)
        run("backup", "access", "set", "webhook", "--from-file", str(tmp_path / "url"))
        run("backup", "schedule", "set", *words)
        command = shlex.split(crontab.read_text().splitlines()[-1].replace(r"\%", "%"))

        code, document = run(*command[command.index("backup") :])

    assert code != 0
    assert [one["event"] for one in heard] == ["backup_failed"]
    assert heard[0]["install"] == "default"
    assert heard[0]["message"] == document["errors"][0]["message"]
    assert heard[0]["hint"]
    assert document["errors"][0]["message"] in mailed.read_text()
    assert TOKEN not in mailed.read_text()


def test_a_webhook_that_is_gone_does_not_hide_why_the_run_failed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"http://127.0.0.1:9/{TOKEN}")
    run("backup", "access", "set", "webhook", "--from-file", str(tmp_path / "url"))

    code, document = run("backup", "run")

    assert code == 2
    assert "scheduled" in document["errors"][0]["message"]


def stop_it() -> None:
    """As systemd does with a run that takes longer than its limit."""
    os.kill(os.getpid(), signal.SIGTERM)


def break_it() -> None:
    raise RuntimeError("nobody thought of this")


@pytest.mark.usefixtures("crontab")
@pytest.mark.parametrize("fault", [stop_it, break_it])
def test_whatever_ends_a_run_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[[], None]
) -> None:
    mailed = tmp_path / "mailed"
    run("backup", "schedule", "set", "--mail-command", f"tee {mailed}")
    monkeypatch.setattr(PlayedImages, "present", lambda *_: fault())

    ended, document = run("backup", "run")

    assert ended == {stop_it: 130, break_it: 1}[fault]
    assert document["errors"][0]["message"] in mailed.read_text()


@pytest.mark.parametrize(
    "words",
    [("--at", "25:00"), ("--jitter", "9999"), ("--keep-last", "-1"), ("--mail-command", "mail 'x")],
)
@pytest.mark.usefixtures("crontab")
def test_nonsense_is_refused_before_anything_is_written(run: Run, words: tuple[str, ...]) -> None:
    assert run("backup", "schedule", "set", *words)[0] == 7
    assert run("backup", "schedule", "show")[1]["data"]["schedule"] is None

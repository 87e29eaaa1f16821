"""install.sh installs thothctl beside the version in use, switches, and hands over."""

import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest
from install.box import Box

PROGRAM = "usr/local/bin/thothctl"


def venvs(box: Box) -> list[Path]:
    return sorted((box.root / "opt/thothctl").iterdir())


def change_sources(box: Box) -> None:
    (box.checkout / "src/new.py").write_text("NEW = True\n")


def test_setup_gets_every_other_word_as_it_was_given(ready: Box) -> None:
    ready.ok("--demo", "--no-engine", "--title", "two  words", "", "--dry-run", "-y", "*")

    assert ready.calls("thothctl")[-1] == (
        "thothctl <setup> <--demo> <--title> <two  words> <> <--dry-run> <--yes> <*>"
    )


def test_without_words_setup_gets_none(ready: Box) -> None:
    ready.ok()

    assert ready.calls("thothctl")[-1] == "thothctl <setup>"


def test_setup_keeps_the_users_working_folder_and_decides_the_exit_code(ready: Box) -> None:
    body = 'if [ "$1" = setup ]; then echo "$OLDPWD"; exit 9; fi; echo thothctl 0.1.0'
    parts = ready.root / "parts/thothctl"
    parts.write_text(parts.read_text() + body)

    done = ready.run("--yes")

    assert done.code == 9
    assert done.out.endswith(f"{ready.root}\n")


def test_no_setup_stops_before_it(ready: Box) -> None:
    done = ready.ok("--yes", "--no-setup")

    assert "thothctl <setup>" not in "\n".join(ready.calls())
    assert f"  ok    thothctl 0.1.0 ({ready.root}/{PROGRAM})" in done.err


def test_the_second_run_does_nothing(ready: Box) -> None:
    ready.ok("--yes", "--no-setup")
    before = (ready.root / PROGRAM).lstat()
    ready.forget_calls()

    ready.ok("--yes", "--no-setup")

    assert ready.calls("pip", "apt-get", "dockerd") == []
    assert "<venv>" not in "\n".join(ready.calls())
    assert (ready.root / PROGRAM).lstat() == before


def test_changed_sources_are_installed_and_the_old_ones_removed(ready: Box) -> None:
    ready.ok("--no-setup")
    old = venvs(ready)
    change_sources(ready)

    ready.ok("--no-setup")

    assert len(venvs(ready)) == 1
    assert venvs(ready) != old
    assert (ready.root / PROGRAM).resolve().parents[1] == venvs(ready)[0]


def test_what_is_no_source_installs_nothing_anew(ready: Box) -> None:
    ready.ok("--no-setup")
    ready.forget_calls()
    for name in ("src/__pycache__/a.pyc", "images/.venv/x", "README.md"):
        ready.set(f"checkout/{name}", "changed")

    ready.ok("--no-setup")

    assert ready.calls("pip") == []


@pytest.mark.parametrize("fault", ["pip-fails", "broken"])
def test_a_failure_leaves_the_old_version_working(ready: Box, fault: str) -> None:
    ready.ok("--no-setup")
    old = (ready.root / PROGRAM).readlink()
    change_sources(ready)
    ready.set(fault, "ERROR: no matching distribution")

    done = ready.run("--no-setup")

    assert done.code == {"pip-fails": 15, "broken": 3}[fault]
    assert "hint:" in done.err
    assert (ready.root / PROGRAM).readlink() == old
    assert old.exists()
    ready.unset(fault)
    ready.ok("--no-setup")
    assert (ready.root / PROGRAM).readlink() != old


def test_the_end_of_pips_log_is_shown_on_failure(ready: Box) -> None:
    ready.set("pip-fails", "\n".join(f"line {number}" for number in range(40)))

    done = ready.run("--no-setup")

    assert "        line 39" in done.err
    assert "line 20" not in done.err


def test_a_full_disk_is_called_one(ready: Box) -> None:
    ready.set("pip-fails", "ERROR: [Errno 28] No space left on device")

    assert ready.run("--no-setup").code == 14


def test_a_program_of_somebody_else_is_left_alone(ready: Box) -> None:
    theirs = ready.set("elsewhere/thothctl", "theirs")
    (ready.root / PROGRAM).parent.mkdir(parents=True)
    (ready.root / PROGRAM).symlink_to(theirs)

    done = ready.run("--no-setup")

    assert done.code == 3
    assert "is not ours" in done.err
    assert (ready.root / PROGRAM).readlink() == theirs


def test_a_link_whose_version_is_gone_is_replaced(ready: Box) -> None:
    (ready.root / PROGRAM).parent.mkdir(parents=True)
    (ready.root / PROGRAM).symlink_to(ready.root / "gone")

    ready.ok("--no-setup")

    assert (ready.root / PROGRAM).exists()


def test_a_user_gets_it_below_the_home_and_is_told_of_the_path(ready: Box) -> None:
    ready.set("uid", "1000")

    done = ready.ok("--no-setup")

    home = ready.root / "home"
    assert (home / ".local/bin/thothctl").resolve().is_relative_to(home / ".local/share")
    assert f'export PATH="{home}/.local/bin:$PATH"' in done.err


def test_root_installs_for_everybody(ready: Box) -> None:
    narrow = ["sh", "-c", 'umask 077; exec "$@"', "sh"]
    argv = [*narrow, *ready.argv("--no-setup")]
    subprocess.run(argv, env=ready.environment, cwd=ready.root, check=True)

    assert (venvs(ready)[0] / "bin").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("prefix", ["{root}/own place", "own place"])
def test_a_prefix_is_honoured(ready: Box, prefix: str) -> None:
    ready.ok("--no-setup", THOTHCTL_PREFIX=prefix.format(root=ready.root))

    link = ready.root / "own place/bin/thothctl"
    assert link.resolve().is_relative_to(ready.root / "own place/lib/thothctl")


def test_the_certificates_of_the_machine_reach_pip(ready: Box) -> None:
    parts = ready.root / "parts/pip"
    parts.write_text(parts.read_text() + '\necho "$PIP_CERT" >cert\n')

    ready.ok("--no-setup", SSL_CERT_FILE="/etc/own.pem")

    assert (ready.root / "cert").read_text() == "/etc/own.pem\n"


def test_ctrl_c_ends_with_130_and_the_next_run_goes_on(ready: Box) -> None:
    pip = ready.root / "parts/pip"
    fast = pip.read_text()
    pip.write_text(fast + "\ntouch in-pip; exec sleep 60\n")
    process = subprocess.Popen(
        ready.argv("--no-setup"),
        env=ready.environment,
        cwd=ready.root,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while not (ready.root / "in-pip").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)

    os.killpg(process.pid, signal.SIGINT)

    assert process.wait(timeout=30) == 130
    assert not any((ready.root / "temporary").iterdir())
    assert not (ready.root / PROGRAM).exists()
    pip.write_text(fast)
    ready.ok("--no-setup")


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 130), ("\n", 130), ("\x04", 130)])
def test_on_a_terminal_consent_is_asked_for(stopped: Box, typed: str, code: int) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        stopped.argv("--no-setup"),
        env=stopped.environment,
        cwd=stopped.root,
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, typed.encode())

    assert process.wait(timeout=30) == code
    os.close(ours)
    assert bool(stopped.calls("dockerd")) is (code == 0)

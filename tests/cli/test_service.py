"""Units of systemd below a root of the test's own; nothing of this machine is touched."""

import json
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from local_world import Play
from needs import needs_systemctl

from thothctl.adapters.shipped import shipped
from thothctl.adapters.systemd import RUNNING, SystemdUnits
from thothctl.cli.app import load
from thothctl.cli.main import main

Run = Callable[..., tuple[int, dict[str, Any]]]
ME = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Commands on an installed stack in a home with a difficult name."""
    monkeypatch.setenv("THOTHCTL_HOME", str(tmp_path / "my 100% $HOME"))
    monkeypatch.delenv("THOTHCTL_INSTALL", raising=False)
    play = Play()

    def invoke(*argv: str) -> tuple[int, dict[str, Any]]:
        code = main([*argv, "--output", "json"], connect=play.connect)
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    assert invoke("setup", "--yes", "--no-demo", "--port", "18081")[0] == 0
    return invoke


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


def units(root: Path) -> dict[str, str]:
    folder = root / "etc/systemd/system"
    return {p.name: p.read_text() for p in sorted(folder.glob("*")) if p.is_file()}


def directives(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


@needs_systemctl
def test_the_units_start_the_stack_after_docker_and_look_after_it(run: Run, root: Path) -> None:
    code, document = run("service", "install", "--root", str(root))

    found = units(root)
    stack = directives(found["thoth-default.service"])
    assert code == 0, document
    assert set(found) == {
        "thoth-default.service", "thoth-default.health.service", "thoth-default.health.timer",
    }  # fmt: skip
    assert stack["After"] == "docker.service docker.socket network-online.target"
    assert stack["ExecStart"].endswith("start --install default --non-interactive")
    assert stack["ExecStop"].endswith("stop --install default --non-interactive")
    assert stack["RequiresMountsFor"].startswith('"/')
    assert "100%% $HOME" in stack["RequiresMountsFor"]
    assert directives(found["thoth-default.health.timer"])["OnCalendar"] == "*:0/5"
    wants = root / "etc/systemd/system/multi-user.target.wants/thoth-default.service"
    assert wants.is_symlink()


@needs_systemctl
def test_a_second_run_has_nothing_to_do_and_changed_settings_are_written(
    run: Run, root: Path
) -> None:
    run("service", "install", "--root", str(root))
    before = units(root)

    again = run("service", "install", "--root", str(root))[1]["data"]
    assert again["changed"] == []
    assert units(root) == before

    changed = run("service", "install", "--root", str(root), "--on-failure", "mail@%n.service")
    assert changed[1]["data"]["changed"] == ["thoth-default.health.service"]
    assert "OnFailure=mail@%%n.service" in units(root)["thoth-default.health.service"]


@needs_systemctl
def test_uninstalling_leaves_nothing_of_ours_and_everything_of_others(run: Run, root: Path) -> None:
    run("service", "install", "--root", str(root))
    folder = root / "etc/systemd/system"
    (folder / "thoth-other.service").write_text("# somebody else's\n")

    removed = run("service", "uninstall", "--root", str(root))[1]["data"]["removed"]

    assert len(removed) == 3
    assert [p.name for p in folder.rglob("*") if not p.is_dir()] == ["thoth-other.service"]
    assert run("service", "uninstall", "--root", str(root))[1]["data"]["removed"] == []


@needs_systemctl
def test_a_unit_of_somebody_else_is_never_replaced(run: Run, root: Path) -> None:
    folder = root / "etc/systemd/system"
    folder.mkdir(parents=True)
    (folder / "thoth-default.service").write_text("# mine\n")

    code, document = run("service", "install", "--root", str(root))

    assert code == 7
    assert "thoth-default.service" in document["errors"][0]["message"]
    assert units(root) == {"thoth-default.service": "# mine\n"}


@needs_systemctl
def test_the_status_tells_what_is_installed(run: Run, root: Path) -> None:
    assert run("service", "status", "--root", str(root))[0] == 3
    run("service", "install", "--root", str(root))

    code, document = run("service", "status", "--root", str(root))

    assert code == 0
    assert document["data"]["units"][0]["installed"] is True
    assert document["data"]["units"][0]["enabled"] == "enabled"


def test_a_dry_run_shows_the_files_and_writes_none(run: Run, root: Path) -> None:
    code, document = run("service", "install", "--root", str(root), "--dry-run", "--user", ME)

    assert code == 0
    assert "ExecStart=" in document["data"]["units"]["thoth-default.service"]
    assert not root.exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--user", "no-such-account"], 7), (["--user", ME, "--user-unit"], 2)],
)
def test_an_account_that_cannot_be_is_refused(run: Run, words: list[str], code: int) -> None:
    assert run("service", "install", *words)[0] == code


@pytest.mark.skipif(RUNNING.is_dir(), reason="systemd runs this machine")
def test_without_systemd_the_lines_for_cron_are_given(run: Run) -> None:
    code, document = run("service", "install")

    hint = document["errors"][0]["hint"]
    assert code == 7
    assert document["code"] == "no_systemd"
    assert "@reboot THOTHCTL_HOME=" in hint
    assert r"100\%" in hint
    assert document["data"]["cron"][1].startswith("*/5 * * * * ")


def test_no_unit_holds_a_secret_or_a_proxy(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:canary-secret@proxy.example")
    monkeypatch.setenv("OPENAI_API_KEY", "canary-secret")

    document = run("service", "install", "--root", str(root), "--dry-run")[1]

    assert "canary-secret" not in json.dumps(document)


def test_every_chore_is_a_command_that_exists_where_it_makes_sense(tmp_path: Path) -> None:
    stack = (shipped("templates") / "stacks/thoth-ai.yaml").read_text()

    for chore in SystemdUnits(tmp_path, {}).chores():
        if not all(f"\n  {key}:" in stack for key in chore.when):
            continue
        first, *words = chore.command
        command: Any = load(first)
        for word in words:
            command = command.commands[word]
        assert command.help


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("scope", ["--system", "--user"])
def test_systemd_accepts_the_units(run: Run, root: Path, scope: str) -> None:
    words = ["--user-unit"] if scope == "--user" else ["--user", ME]
    run("service", "install", "--root", str(root), *words, "--on-failure", "basic.target")
    files = [p for p in root.rglob("thoth-*") if p.is_file() and not p.is_symlink()]

    done = subprocess.run(
        ["systemd-analyze", scope, "verify", "--man=no", "--recursive-errors=no", *files],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(root)},
    )

    assert len(files) == 3
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_the_units_run_as_the_account_that_owns_the_records(
    run: Run, root: Path, tmp_path: Path
) -> None:
    owner = pwd.getpwnam("nobody")
    os.chown(tmp_path / "my 100% $HOME", owner.pw_uid, owner.pw_gid)

    shown = run("service", "install", "--root", str(root), "--dry-run")[1]["data"]["units"]

    assert directives(shown["thoth-default.service"])["User"] == "nobody"
    refused = run("service", "install", "--root", str(root), "--dry-run", "--user", ME)
    assert refused[0] == 7
    assert "--user nobody" in refused[1]["errors"][0]["hint"]

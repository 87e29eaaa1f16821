"""What can be said of install.sh without a machine."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from install.box import BASH, ROOT, SCRIPT, Box


def test_shellcheck_has_nothing_to_say() -> None:
    own = Path(sys.executable).with_name("shellcheck")
    program = str(own) if own.exists() else shutil.which("shellcheck")
    assert program, "shellcheck is missing; it comes with the group dev"

    done = subprocess.run([program, SCRIPT], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_it_is_executable_and_starts_with_bash() -> None:
    assert SCRIPT.stat().st_mode & 0o111 == 0o111
    assert SCRIPT.read_text().startswith("#!/usr/bin/env bash\n")


@pytest.mark.parametrize("word", ["--help", "-h"])
def test_help_names_every_option_and_touches_nothing(bare: Box, word: str) -> None:
    done = bare.ok(word)

    for option in ("--yes", "--no-engine", "--no-setup", "--help", "thothctl setup"):
        assert option in done.out
    assert bare.calls() == []


def test_no_setup_and_an_option_of_setup_contradict_each_other(ready: Box) -> None:
    done = ready.run("--no-setup", "--yes", "--demo")

    assert done.code == 2
    assert "--demo" in done.err
    assert "hint:" in done.err
    assert ready.calls("python3") == []


def test_without_the_sources_it_says_how_to_get_them(bare: Box) -> None:
    bare.unset("checkout/pyproject.toml")

    done = bare.run("--yes")

    assert done.code == 2
    assert "git clone" in done.err
    assert bare.calls() == []


def test_read_from_a_pipe_it_says_how_to_get_the_sources(bare: Box) -> None:
    done = subprocess.run(
        [BASH, "-s", "--", "--yes"],
        input=(bare.checkout / "install.sh").read_text(),
        cwd=bare.root,
        env=bare.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "git clone" in done.stderr


def test_no_colours_and_no_carriage_returns(ready: Box) -> None:
    done = ready.ok("--yes", "--no-setup")

    assert "\x1b" not in done.err
    assert "\r" not in SCRIPT.read_text()
    assert all(
        line.startswith(("  ok    ", "  ...   ", "hint: ")) for line in done.err.splitlines()
    )


def test_the_makefile_and_the_tutorial_use_options_that_exist() -> None:
    for file in ("Makefile", "docs/tutorial/first-answer.md"):
        assert "./install.sh --yes" in (ROOT / file).read_text()

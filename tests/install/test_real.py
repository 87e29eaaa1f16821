"""The real install.sh with the real Python and package index, in an empty home."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from e2e.machine import Done, tree
from install.box import BASH, ROOT

NOBODY = 65534
SOURCES = ("install.sh", "pyproject.toml", "README.md", "LICENSE", "src", "templates", "images")
WORDS = ("--yes", "--no-engine", "--no-setup")


@pytest.fixture
def home(folder: Path) -> Path:
    """A home with a clone in it, of a user who is not root if we can be another."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "-z", *SOURCES]
    for name in filter(None, subprocess.check_output(listing, text=True).split("\0")):
        if (ROOT / name).is_file():
            (folder / "clone" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / "clone" / name)
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    return folder


def run(home: Path, *argv: str) -> Done:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("THOTHCTL_", "XDG_"))}
    done = subprocess.run(
        argv,
        env={**kept, "HOME": str(home), "TMPDIR": str(home)},
        cwd=home / "clone",
        user=NOBODY if os.geteuid() == 0 else None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_an_empty_home_gets_a_thothctl_that_answers(home: Path) -> None:
    clone = tree(home / "clone")

    first = run(home, BASH, "install.sh", *WORDS)
    program = home / ".local/bin/thothctl"

    assert first.code == 0, first.err
    assert run(home, str(program), "--version").out.startswith("thothctl ")
    assert run(home, str(program), "setup", "--help").code == 0
    assert tree(home / "clone") == clone, "the build has left something in the clone"

    before = program.resolve().stat()
    second = run(home, BASH, "install.sh", *WORDS)

    assert second.code == 0, second.err
    assert "  ...   " not in second.err
    assert program.resolve().stat().st_mtime_ns == before.st_mtime_ns

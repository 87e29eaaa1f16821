"""Running the import command inside the test process."""

import io
import json
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.core.management import call_command

from tests.services import application_database

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    """What an import printed, and its exit status."""

    status: int
    events: list[dict[str, Any]]

    @property
    def last(self) -> dict[str, Any]:
        return self.events[-1]


def run(*arguments: str, stdin: bytes = b"", name: str = "zoo") -> Outcome:
    out = io.StringIO()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    options = ("--name", name, "--create-workspace", "--output", "ndjson", *arguments)
    stream = io.TextIOWrapper(io.BytesIO(stdin))
    try:
        with patch.object(sys, "stdin", stream), patch.object(sys, "stdout", out):
            call_command("import_bird", *options)
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return Outcome(status, [json.loads(line) for line in out.getvalue().splitlines()])


def from_file(path: Path, *arguments: str, name: str = "zoo") -> Outcome:
    return run(f"--sqlite-file={path}", *arguments, name=name)


def from_bundle(content: bytes, *arguments: str, name: str = "zoo") -> Outcome:
    return run("--bundle", "-", *arguments, stdin=content, name=name)


def killed_by(script: str, data: Path) -> None:
    """Run Python in a process of its own, which has to kill itself."""
    variables = application_database.variables() | {"THOTH_DATA_DIR": str(data)}
    argv = (sys.executable, "-c", textwrap.dedent(script))
    done = subprocess.run(argv, cwd=PROJECT, env=os.environ | variables, check=False)
    assert done.returncode == -signal.SIGKILL
    application_database.await_end_of_imports()


def left(data: Path) -> list[str]:
    """Return every file of databases and of imports under way, and every schema."""
    folders = (data / "databases", data / "incoming")
    files = [str(file) for folder in folders if folder.is_dir() for file in folder.rglob("*")]
    return files + application_database.schemas()

"""Tasks that a kill left behind are gone before anything works on the data they had."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from thothctl.adapters import toolbox
from thothctl.adapters.toolbox import DockerToolbox
from thothctl.errors import EngineRefusedError

STUCK = """#!/bin/sh
case "$*" in
    rm*) echo "device or resource busy" >&2; exit 1 ;;
    *status=running*) echo "$RUNNING" ;;
    ps*) echo 0badc0de ;;
esac
"""


def clear(folder: Path, running: str) -> None:
    """Remove the tasks of an install where the engine removes none."""
    docker = folder / "docker"
    docker.write_text(STUCK)
    docker.chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "RUNNING": running}
    DockerToolbox(folder, cast("Any", SimpleNamespace()), environment).clear("u-1")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """It tries once."""
    monkeypatch.setattr(toolbox, "CLEARED_SECONDS", 0)


def test_a_task_that_runs_and_cannot_be_removed_stops_the_operation(tmp_path: Path) -> None:
    with pytest.raises(EngineRefusedError, match="cannot be removed: 0badc0de") as refused:
        clear(tmp_path, "0badc0de")

    assert "`docker rm --force 0badc0de`" in refused.value.hint


def test_a_dead_task_that_cannot_be_removed_stops_nothing(tmp_path: Path) -> None:
    """Docker 20.10 may keep such a one for ever."""
    clear(tmp_path, "")

"""Containers that are held still, on the real engine with its health checks."""

import json
import os
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from e2e.machine import docker
from e2e.own_images import build

from thothctl.adapters.writers import DockerWriters

AIMS = tuple(n / 50 for n in range(-8, 4))
"""Seconds from when the next check is due: some of these meet it, if nobody takes heed."""
CHECKED = ("--health-cmd", "true", "--health-interval", "1s", "--health-timeout", "6s")


@pytest.fixture
def checked(tmp_path: Path) -> Iterator[str]:
    name = f"thoth-test-paused-{uuid.uuid4().hex[:8]}"
    run = ("run", "--detach", "--network", "none", "--name", name, *CHECKED)
    docker(*run, build("toolbox", tmp_path), "sleep", "300")
    yield name
    docker("rm", "--force", "--volumes", name)


def until_due(container: str, aim: float) -> None:
    """Wait for a check to end, and then nearly as long as the engine waits."""
    before = ended(container)
    while (last := ended(container)) == before:
        pass
    due = datetime.fromisoformat(last).timestamp() + 1 + aim
    time.sleep(max(0.0, due - time.time()))


def ended(container: str) -> str:
    log = json.loads(docker("inspect", "--format", "{{json .State.Health.Log}}", container))
    return str(log[-1]["End"]) if log else ""


def test_a_pause_never_meets_a_health_check_and_lasts_for_its_refusal(checked: str) -> None:
    """The engine lets nobody go on before a check that hangs has been given up."""
    writers, lasted = DockerWriters(os.environ), []
    for aim in AIMS:
        until_due(checked, aim)
        with writers.held([checked], seconds=20) as held:
            pass
        lasted.append(held.milliseconds)
    assert max(lasted) < 4000, lasted

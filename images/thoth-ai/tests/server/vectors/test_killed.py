"""A process that moves vectors may be killed at any moment; the next one goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.server.vectors.applications import Application, keys, reindex, use, workspace, write
from thoth_ai.health import checks
from thoth_ai.vectorstores.configuration import VectorSettings
from thoth_ai.workspaces import following
from thoth_ai.workspaces.models import VectorPoint

PROJECT = Path(__file__).parents[3]
PATIENCE = 60.0
PROGRAM = """
import django
django.setup()
from thoth_ai.workspaces import following, reindexing
following.BATCH = 5
reindexing.run()
"""


def test_moving_that_is_killed_goes_on_where_it_stopped(
    beside: Application, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, VectorSettings())
    write(workspace(), *(f"animal number {number}" for number in range(400)))
    use(monkeypatch, beside.settings)
    process = subprocess.Popen(
        (sys.executable, "-c", PROGRAM),
        cwd=PROJECT,
        env=os.environ
        | {
            "THOTH_DATA_DIR": str(data),
            "VECTOR_STORE": beside.settings.store,
            "VECTOR_URL": beside.settings.url,
            "VECTOR_API_KEY": beside.settings.key,
        },
    )
    try:
        wait_for_some()
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)

    moved = following.placed().count()
    assert 0 < moved < 400
    finding = checks.vector()
    assert finding.status == "degraded"
    assert f"{moved} of 400 documents are indexed" in finding.detail
    assert reindex()
    assert beside.held() == keys()
    assert not VectorPoint.objects.exclude(vector=b"").exists()
    assert checks.vector().status == "ok"


def wait_for_some() -> None:
    deadline = time.monotonic() + PATIENCE
    while not following.placed().exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)  # between two looks at another process

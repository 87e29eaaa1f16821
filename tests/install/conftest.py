"""Machines in folders, for the tests of the install scripts."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from install.box import DEBIAN, Box


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that any user may enter, unlike pytest's own."""
    made = Path(tempfile.mkdtemp(prefix="thothctl-install-")).resolve()
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def bare(folder: Path) -> Box:
    """Debian with nothing of what is needed."""
    box = Box(folder)
    box.put(*DEBIAN)
    return box


@pytest.fixture
def ready(bare: Box) -> Box:
    """Debian with everything but thothctl."""
    bare.put("python3", "docker")
    bare.set("running")
    bare.set("compose")
    return bare


@pytest.fixture
def stopped(ready: Box) -> Box:
    """Debian whose engine is installed and does not run."""
    ready.unset("running")
    ready.put("dockerd")
    return ready

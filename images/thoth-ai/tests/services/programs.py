"""Finds the programs of the distribution's servers, and installs them where that is possible."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.services import checkout

POSTGRES, REDIS = "postgresql", "redis-server"
CLUSTERS = Path("/usr/lib/postgresql")


def postgres() -> Path:
    """Return the folder of the newest PostgreSQL's programs."""
    if not (found := _postgres()):
        _install(POSTGRES, "PostgreSQL 15 or newer")
        found = _postgres()
    assert found, "PostgreSQL was installed, but its programs are not below /usr/lib/postgresql"
    return found


def redis() -> Path:
    """Return the program of the Redis server."""
    if not shutil.which(REDIS):
        _install(REDIS, "Redis")
    return Path(shutil.which(REDIS) or "")


def unprivileged() -> str | None:
    """Return who servers run as: PostgreSQL refuses to be root."""
    return "postgres" if os.geteuid() == 0 else None


def _postgres() -> Path | None:
    versions = [folder for folder in CLUSTERS.glob("*") if (folder / "bin" / "postgres").exists()]
    newest = max(versions, key=lambda folder: int(folder.name), default=None)
    if newest is not None:
        return newest / "bin"
    beside = shutil.which("postgres")
    return Path(beside).parent if beside else None


def _install(package: str, needed: str) -> None:
    """Debian starts what it installs; the policy keeps it from doing so here."""
    if not checkout.PROJECT.joinpath("Dockerfile").is_file():
        pytest.skip(f"{needed} is not in the development container")
    assert os.geteuid() == 0, f"{needed} is needed: apt-get install {package}"
    assert shutil.which("apt-get"), f"{needed} is needed; install it with your package manager"
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (
        ("apt-get", "update", "-qq"),
        ("apt-get", "install", "-y", "-qq", "--no-install-recommends", package),
    ):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{needed} could not be installed: {done.stderr[-2000:]}"

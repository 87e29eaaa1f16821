"""A real Chroma server, from the Python package index.

Its package carries the server as one compiled module, which needs none of the dependencies that
the package names: 20 MB are fetched instead of 150, in seconds.
"""

import importlib.util
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.server.vectors.processes import Process, free_port

VERSION = "1.5.9"
PROGRAM = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import chromadb_rust_bindings
chromadb_rust_bindings.cli(["chroma", *sys.argv[1:]])
"""


def make(cache: Path, folder: Path) -> Process:
    port = free_port()
    arguments = ("run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port))
    return Process(
        (sys.executable, "-c", PROGRAM, str(_package(cache)), *arguments),
        port,
        folder.with_suffix(".log"),
        lambda: _answers(port),
    )


def _package(cache: Path) -> Path:
    package = cache / VERSION
    if not (package / "chromadb_rust_bindings").is_dir():
        if importlib.util.find_spec("pip") is None:
            pytest.skip("a Chroma server is not in the development container")
        command = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile")
        where = ("--upgrade", "--target", str(package))
        done = subprocess.run(
            (*command, *where, f"chromadb=={VERSION}"), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"Chroma could not be installed: {done.stderr[-2000:]}"
    return package


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/v2/heartbeat").is_success
    except httpx.HTTPError:
        return False

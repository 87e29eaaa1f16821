"""The real server out of its own virtual environment, on a data folder of its own."""

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from e2e.machine import free_port

SERVER = Path(__file__).parents[2] / "images/thoth-ai"
PYTHON = SERVER / ".venv/bin/python"
EMAIL = "admin@localhost"
PASSWORD = "only-for-these-tests"  # noqa: S105 - of a throw-away server
SECONDS = 60
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Served:
    """A running server."""

    url: str
    folder: Path


@contextmanager
def serve(folder: Path, *, demo: bool) -> Iterator[Served]:
    """Run a server as the image does: static files collected, then set up, then gunicorn."""
    assert PYTHON.exists(), "run `make server-dev` first"
    port = free_port()
    environment = _environment(folder, port, demo=demo)
    _run(("manage", "collectstatic", "--noinput", "--verbosity", "0"), environment)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            _command("thoth_ai", "serve"), cwd=SERVER, env=environment, stdout=log, stderr=log
        )
        try:
            served = Served(f"http://localhost:{port}", folder)
            _await(served, process)
            yield served
        finally:
            process.terminate()
            process.wait(SECONDS)


def _environment(folder: Path, port: int, *, demo: bool) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "THOTH_DATA_DIR": str(folder / "data"),
        "THOTH_STATIC_ROOT": str(folder / "static"),
        "THOTH_DEMO": "true" if demo else "false",
        "ADMIN_EMAIL": EMAIL,
        "ADMIN_PASSWORD": PASSWORD,
        "PORT": str(port),
    }


def _command(function: str, *words: str) -> list[str]:
    return [str(PYTHON), "-c", f"from thoth_ai import entry; entry.main(entry.{function})", *words]


def _run(words: tuple[str, ...], environment: dict[str, str]) -> None:
    (Path(environment["THOTH_DATA_DIR"])).mkdir(exist_ok=True)
    subprocess.run(_command(*words), cwd=SERVER, env=environment, check=True, timeout=SECONDS)


def _await(served: Served, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while not _answers(served):
        log = served.folder / "server.log"
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)  # nothing tells when gunicorn listens


def _answers(served: Served) -> bool:
    try:
        with DIRECT.open(f"{served.url}/health/live/", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False

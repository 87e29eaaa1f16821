"""The production stack when something is slow or dies: it waits, and comes back by itself."""

import http.client
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from e2e.engine_view import containers
from e2e.machine import Machine, docker
from e2e.own_images import until
from e2e.test_production import QUESTION, SERVICES, trusting

SLOW_SECONDS = 75
"""Longer than the image's own patience with a start."""
OVERRIDE = f"""\
services:
  postgres:
    entrypoint:
      [tini, --, sh, -c, '[ -d /data/17 ] || sleep {SLOW_SECONDS}; exec thoth-postgres "$$@"', sh]
"""


@pytest.fixture(scope="module")
def production(
    program: Path, images: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """A stack whose PostgreSQL takes its time for the first start."""
    with Machine(program, tmp_path_factory.mktemp("faults")) as made:
        made.folder.mkdir(parents=True, mode=0o700)
        (made.folder / "compose.override.yaml").write_text(OVERRIDE)
        made.set_up("--mode", "production", "--timeout", "180")
        yield made


def test_a_postgres_that_starts_slowly_is_waited_for(production: Machine) -> None:
    database = containers(production)["postgres"]

    assert database["RestartCount"] == 0
    assert "sleep" in " ".join(database["Args"])
    assert production.ok("ask", QUESTION).data["rows"] == [[8]]


def test_a_server_waits_for_a_postgres_that_does_not_answer(production: Machine) -> None:
    found = containers(production)
    server, database = found["app"]["Id"], found["postgres"]["Id"]
    subprocess.run(["docker", "pause", database], check=True, capture_output=True)
    awake = threading.Timer(30, docker, ["unpause", database])
    awake.start()
    try:
        docker("restart", server)
        production.ok("health", "--wait", "--timeout", "180")
    finally:
        awake.join()

    assert containers(production)["app"]["RestartCount"] == 0
    assert production.ok("ask", QUESTION).data["rows"] == [[8]]


@dataclass
class Load:
    """Requests of one client, one after the other, and how they ended."""

    port: int
    context: ssl.SSLContext
    token: str
    statuses: list[int] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.ended.wait(0.25):
            self.statuses.append(self._ask())

    def _ask(self) -> int:
        """The status; 0 where nobody answers."""
        client = http.client.HTTPSConnection(
            "localhost", self.port, context=self.context, timeout=15
        )
        try:
            headers = {"Authorization": f"Bearer {self.token}"}
            client.request("GET", "/api/v1/workspaces", headers=headers)
            return client.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            client.close()


@contextmanager
def load(machine: Machine) -> Iterator[Load]:
    made = Load(machine.port, trusting(machine), machine.secret("api_token").strip())
    thread = threading.Thread(target=made.run)
    thread.start()
    try:
        yield made
    finally:
        made.ended.set()
        thread.join()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_dies_under_load_comes_back_by_itself(
    production: Machine, service: str, record_property: Callable[[str, object], None]
) -> None:
    with load(production) as made:
        until(lambda: made.statuses[-3:] == [200] * 3, 60)
        before = len(made.statuses)
        kill = ["docker", "exec", containers(production)[service]["Id"], "sh", "-c", "kill -9 -1"]
        subprocess.run(kill, check=False, capture_output=True)

        production.ok("health", "--wait", "--timeout", "120")
        until(lambda: made.statuses[-8:] == [200] * 8, 120)

    failed = [status for status in made.statuses[before:] if status != 200]
    record_property("failed", f"{len(failed)} of {len(made.statuses) - before}")
    assert set(failed) <= {0, 500, 502, 503, 504}
    if service in {"worker", "redis"}:
        assert not failed, "what answers questions does not need it"

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.server import imports
from tests.server.conversations import get
from tests.server.jobs import DEADLINE, bundle, ended, eventually, send, waiting
from tests.services import application_database, redis_server
from thoth_ai.errors import ServerError
from thoth_ai.jobs import queue, worker
from thoth_ai.redis_settings import Redis
from thoth_ai.workspaces.models import Workspace

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def started() -> Iterator[Redis]:
    with redis_server.running() as redis:
        yield redis


@pytest.fixture
def redis(started: Redis, data: Path, monkeypatch: pytest.MonkeyPatch) -> Redis:
    redis_server.forget_everything(started)
    monkeypatch.setattr(settings, "REDIS", started)
    return started


@pytest.fixture
def workers(redis: Redis, data: Path) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    running: list[subprocess.Popen[bytes]] = []

    def start(before: str = "") -> "subprocess.Popen[bytes]":
        program = f"from thoth_ai import entry\n{before}\nentry.main(entry.thoth_ai)"
        running.append(
            subprocess.Popen(
                (sys.executable, "-c", program, "worker"),
                cwd=PROJECT,
                env=os.environ
                | application_database.variables()
                | {
                    "THOTH_DATA_DIR": str(data),
                    "REDIS_HOST": redis.host,
                    "REDIS_PORT": str(redis.port),
                    "REDIS_PASSWORD": redis.password,
                },
            )
        )
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def test_a_worker_imports_what_the_server_passes_on(
    client: Client, workers: Callable[..., Any], tmp_path: Path
) -> None:
    workers()

    job = ended(client, send(client, bundle(tmp_path)).json()["id"])

    assert (job["state"], job["phase"], job["attempts"]) == ("done", "register", 1)


KILL = """
import os, signal
from thoth_ai import first_start
wait = first_start.await_migrated
def arranged():
    wait()
    from thoth_ai.importing import importer
    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)
    importer.register = die
first_start.await_migrated = arranged
"""


def test_the_job_of_a_killed_worker_is_found_and_done_by_the_next(
    client: Client, workers: Callable[..., Any], tmp_path: Path
) -> None:
    dying = workers(KILL)
    key = send(client, bundle(tmp_path)).json()["id"]
    assert dying.wait(timeout=DEADLINE) == -signal.SIGKILL
    assert get(client, f"jobs/{key}").json()["state"] == "running"
    assert not Workspace.objects.exists()

    workers()

    job = ended(client, key)
    assert (job["state"], job["attempts"]) == ("done", 2)
    assert len(imports.left(settings.DATA_DIR)) == 1


def test_a_job_that_kills_its_worker_twice_is_given_up(
    client: Client, workers: Callable[..., Any], tmp_path: Path
) -> None:
    key = send(client, bundle(tmp_path)).json()["id"]
    for _ in range(2):
        assert workers(KILL).wait(timeout=DEADLINE) == -signal.SIGKILL
    workers()

    job = ended(client, key)
    assert (job["state"], job["error"]["code"]) == ("failed", "worker_lost")
    assert imports.left(settings.DATA_DIR) == []


def test_a_lost_message_loses_no_job(
    client: Client, redis: Redis, workers: Callable[..., Any], tmp_path: Path
) -> None:
    key = send(client, bundle(tmp_path)).json()["id"]
    redis_server.forget_everything(redis)

    workers()

    assert ended(client, key)["state"] == "done"


def health(*arguments: str) -> int:
    program = PROJECT / "thoth_ai" / "healthcheck.py"
    return subprocess.run((sys.executable, program, *arguments), check=False).returncode


def test_a_worker_shows_that_it_lives_and_ends_soon_when_stopped(
    workers: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    process = workers()
    eventually(lambda: health("worker") == 0)

    process.terminate()

    assert process.wait(timeout=DEADLINE) == 0


def test_the_command_watches_the_worker_as_if_it_did_it_itself(
    client: Client, workers: Callable[..., Any], tmp_path: Path
) -> None:
    workers()

    outcome = imports.run("--bundle", "-", "--queue", stdin=bundle(tmp_path))

    assert outcome.status == 0
    assert outcome.events[0]["event"] == "queued"
    assert (outcome.last["event"], outcome.last["rows"]) == ("result", 3)
    again = imports.run("--bundle", "-", "--queue", stdin=bundle(tmp_path, rows=4))
    assert (again.status, again.last["code"]) == (7, "name_in_use")


def test_a_wrong_password_and_nobody_there_are_told_apart(started: Redis) -> None:
    with pytest.raises(ServerError) as wrong:
        worker.await_redis(Redis(started.host, started.port, "wrong"), seconds=1)
    with pytest.raises(ServerError) as nobody:
        worker.await_redis(Redis(started.host, 1, "x"), seconds=0.2)

    assert (wrong.value.code, nobody.value.code) == ("redis_password", "redis_unreachable")


def test_messages_hold_a_key_and_no_pickle(redis: Redis, tmp_path: Path) -> None:
    job = waiting(tmp_path)
    queue.pass_on(job.pk)

    (raw,) = queue.broker(redis).client.hvals("thoth:jobs.msgs")
    message = json.loads(raw)
    assert (message["actor_name"], message["args"]) == ("run", [str(job.pk)])

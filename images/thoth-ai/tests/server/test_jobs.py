import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from tests.server import databases, imports
from tests.server.conversations import BEARER, get
from tests.services import application_database, redis_server
from thoth_ai.accounts.models import ApiToken, User
from thoth_ai.errors import ServerError
from thoth_ai.jobs import queue, uploads, work, worker
from thoth_ai.jobs.models import Job, State
from thoth_ai.redis_settings import Redis
from thoth_ai.workspaces.models import Workspace

PROJECT = Path(__file__).parents[2]
DEADLINE = 40.0


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


def bundle(tmp_path: Path, rows: int = 3) -> bytes:
    return databases.bundle(databases.small(tmp_path / f"{rows}.sqlite", rows=rows).read_bytes())


def send(client: Client, content: bytes, query: str = "name=zoo&create=true") -> Any:  # noqa: ANN401 - Django's test response
    return client.post(
        f"/api/v1/imports?{query}", data=content, content_type="application/x-tar", headers=BEARER
    )


def ended(client: Client, key: str) -> Any:  # noqa: ANN401 - a JSON document
    return eventually(
        lambda: next(
            (d for d in [get(client, f"jobs/{key}").json()] if d["state"] in ("done", "failed")),
            None,
        )
    )


def eventually(look: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is looked for
    deadline = time.monotonic() + DEADLINE
    while not (found := look()):
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.05)
    return found


def waiting(tmp_path: Path, rows: int = 3) -> Job:
    content = bundle(tmp_path, rows)
    upload = uploads.keep(_once(content), len(content))
    payload = {"name": "zoo", "create": True, "replace": False, "upload": upload}
    return Job.objects.create(kind=work.IMPORT, payload=payload)


def test_what_is_sent_is_imported_beside_serving(client: Client, tmp_path: Path) -> None:
    answer = send(client, bundle(tmp_path))

    assert answer.status_code == 202
    job = ended(client, answer.json()["id"])
    assert answer["Location"] == f"/api/v1/jobs/{job['id']}"
    assert (job["state"], job["result"]["rows"], job["error"]) == ("done", 3, None)
    assert Workspace.objects.get().name == "zoo"
    assert list(uploads.folder().glob("*[!k]")) == []


def test_a_worker_imports_what_the_server_passes_on(
    client: Client, workers: Callable[..., Any], tmp_path: Path
) -> None:
    workers()

    job = ended(client, send(client, bundle(tmp_path)).json()["id"])

    assert (job["state"], job["phase"], job["attempts"]) == ("done", "register", 1)


def test_what_cannot_be_imported_ends_with_the_words_of_the_command(
    client: Client, tmp_path: Path
) -> None:
    job = ended(client, send(client, databases.bundle(b"not SQLite at all" * 99)).json()["id"])

    assert job["state"] == "failed"
    assert (job["error"]["code"], job["error"]["exit_code"]) == ("not_sqlite", 7)
    assert job["error"]["hint"]
    assert imports.left(settings.DATA_DIR) == []


@pytest.mark.parametrize(
    ("query", "content", "status"),
    [
        ("name=zoo", b"x", 400),
        ("name=No%20Name&create=1", b"x", 400),
        ("name=zoo&create=perhaps", b"x", 400),
        ("name=zoo&create=1", b"", 400),
    ],
)
def test_what_is_wrong_at_once_is_said_at_once(
    client: Client, query: str, content: bytes, status: int
) -> None:
    assert send(client, content, query).status_code == status
    assert not Job.objects.exists()


def test_only_administrators_import_and_only_they_and_its_owner_see_a_job(client: Client) -> None:
    other = User.objects.create_user("other@example.org", "a long password")
    _, token = ApiToken.mint(other, "test", None)
    theirs = {"Authorization": f"Bearer {token}"}
    own = Job.objects.create(kind=work.REINDEX, user=other)
    foreign = Job.objects.create(kind=work.REINDEX)

    sent = client.post("/api/v1/imports?name=x&create=1", b"x", "application/x-tar", headers=theirs)
    assert sent.status_code == 403
    assert client.get(f"/api/v1/jobs/{own.pk}", headers=theirs).status_code == 200
    assert client.get(f"/api/v1/jobs/{foreign.pk}", headers=theirs).status_code == 404
    assert get(client, f"jobs/{foreign.pk}").status_code == 200
    assert get(client, f"jobs/{uuid4()}").status_code == 404


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


def test_a_worker_that_is_told_to_end_puts_its_job_back(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = waiting(tmp_path)
    work.STOPPING.set()
    try:
        work.run(str(job.pk))
    finally:
        work.STOPPING.clear()

    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.QUEUED, 0)
    work.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == State.DONE


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


def test_a_job_in_somebodys_hands_is_left_alone(data: Path, tmp_path: Path) -> None:
    job = waiting(tmp_path)
    with uploads.held(job) as mine:
        assert mine
        work.run(str(job.pk))
        assert queue.recover() == 0

    job.refresh_from_db()
    assert job.state == State.QUEUED


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


def test_without_redis_the_queue_is_not_there_and_the_command_imports(
    data: Path, tmp_path: Path
) -> None:
    outcome = imports.run("--bundle", "-", "--queue", stdin=bundle(tmp_path))

    assert (outcome.status, outcome.events[0]["event"]) == (0, "progress")
    assert not Job.objects.exists()


def test_a_redis_that_does_not_answer_refuses_the_job_and_fails_the_health(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "REDIS", Redis("127.0.0.1", 1))

    answer = send(client, bundle(tmp_path))

    assert answer.status_code == 503
    assert not Job.objects.exists()
    assert [file.name for file in uploads.folder().iterdir()] == []
    assert client.get("/health/").json()["checks"]["queue"]["status"] == "failing"


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


def test_forgotten_uploads_are_swept_and_waiting_ones_kept(data: Path, tmp_path: Path) -> None:
    job = waiting(tmp_path)
    old = uploads.keep(_once(b"x"), 1)
    for file in uploads.folder().iterdir():
        os.utime(file, (1, 1))

    assert uploads.sweep() == 1
    assert not uploads.path_of(old).exists()
    assert uploads.path_of(job.payload["upload"]).exists()


def _once(content: bytes) -> Callable[[int], bytes]:
    pieces = iter([content, b""])
    return lambda _: next(pieces)

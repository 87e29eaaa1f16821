import os
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from tests.server import databases, imports
from tests.server.conversations import get
from tests.server.jobs import bundle, ended, once, send, waiting
from thoth_ai.accounts.models import ApiToken, User
from thoth_ai.jobs import queue, uploads, work
from thoth_ai.jobs.models import Job, State
from thoth_ai.redis_settings import Redis
from thoth_ai.workspaces.models import Workspace


def test_what_is_sent_is_imported_beside_serving(client: Client, tmp_path: Path) -> None:
    answer = send(client, bundle(tmp_path))

    assert answer.status_code == 202
    job = ended(client, answer.json()["id"])
    assert answer["Location"] == f"/api/v1/jobs/{job['id']}"
    assert (job["state"], job["result"]["rows"], job["error"]) == ("done", 3, None)
    assert Workspace.objects.get().name == "zoo"
    assert list(uploads.folder().glob("*[!k]")) == []


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
def test_what_is_wrong_at_once_is_said_atonce(
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


def test_a_job_in_somebodys_hands_is_left_alone(data: Path, tmp_path: Path) -> None:
    job = waiting(tmp_path)
    with uploads.held(job) as mine:
        assert mine
        work.run(str(job.pk))
        assert queue.recover() == 0

    job.refresh_from_db()
    assert job.state == State.QUEUED


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


def test_forgotten_uploads_are_swept_and_waiting_ones_kept(data: Path, tmp_path: Path) -> None:
    job = waiting(tmp_path)
    old = uploads.keep(once(b"x"), 1)
    for file in uploads.folder().iterdir():
        os.utime(file, (1, 1))

    assert uploads.sweep() == 1
    assert not uploads.path_of(old).exists()
    assert uploads.path_of(job.payload["upload"]).exists()

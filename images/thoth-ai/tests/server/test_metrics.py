import re
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.server import databases, imports
from tests.services import checkout, redis_server
from thoth_ai.errors import PutBackError
from thoth_ai.jobs.models import Job, State
from thoth_ai.metrics import beside, jobs
from thoth_ai.metrics.registry import QUESTION_SECONDS
from thoth_ai.redis_settings import Redis
from thoth_ai.vectorstores.configuration import VectorSettings
from thoth_ai.workspaces.models import VectorPoint

WATCHED = Path(__file__).parents[4] / "templates" / "monitoring"
REFERENCE = Path(__file__).parents[4] / "docs/reference/metrics.md"
SUFFIXES = re.compile(r"_(bucket|sum|count)$")


def page(client: Client) -> str:
    return client.get("/metrics").content.decode()


def figure(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, name
    return float(found[1])


@checkout.needed
def test_every_figure_that_is_watched_exists(client: Client) -> None:
    files = [file for file in WATCHED.rglob("*") if file.is_file()]
    used = {name for file in files for name in re.findall(r"\bthoth_\w+", file.read_text())}
    told = set(re.findall(r"^# TYPE (\w+)", page(client), re.MULTILINE))

    assert used
    assert {SUFFIXES.sub("", name) for name in used} <= told


def test_every_figure_is_in_the_reference(client: Client) -> None:
    told = set(re.findall(r"^# TYPE (\w+)", page(client), re.MULTILINE))
    listed = set(re.findall(r"^\| `(\w+)`", REFERENCE.read_text(), re.MULTILINE))

    assert {name for name in told if not name.endswith("_created")} <= listed


def test_the_stores_are_counted(client: Client, tmp_path: Path) -> None:
    assert imports.from_file(databases.small(tmp_path / "zoo.sqlite")).status == 0

    text = page(client)

    assert figure(text, "thoth_workspaces") == 1
    assert figure(text, "thoth_examples") == 3
    assert figure(text, "thoth_database_up") == figure(text, "thoth_vector_store_up") == 1
    assert figure(text, "thoth_database_bytes") > 10_000
    VectorPoint.objects.all().delete()
    assert figure(page(client), "thoth_vector_store_up") == 0


def test_a_vector_server_that_is_away_is_down_and_what_waits_for_it_is_counted(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert imports.from_file(databases.small(tmp_path / "zoo.sqlite")).status == 0
    away = VectorSettings("chroma", "http://127.0.0.1:9")
    monkeypatch.setattr(settings, "VECTORS", away)

    text = page(client)

    assert figure(text, "thoth_vector_store_up") == 0
    assert figure(text, "thoth_vector_points_waiting") == VectorPoint.objects.count() > 0


def test_a_store_that_does_not_answer_is_a_figure_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thoth_ai.metrics.stores.SIZE", {})

    answer = client.get("/metrics")

    assert answer.status_code == 200
    assert figure(answer.content.decode(), "thoth_database_up") == 0


def test_reading_the_figures_stays_cheap(client: Client) -> None:
    page(client)
    with CaptureQueriesContext(connection) as queries:
        page(client)

    assert len(queries) < 15


def test_a_question_is_timed(client: Client) -> None:
    QUESTION_SECONDS.labels(outcome="example").observe(0.2)

    assert 'thoth_question_seconds_bucket{le="0.25",outcome="example"}' in page(client)


def test_jobs_are_counted_by_how_they_end(client: Client) -> None:
    with jobs.counted("trial"):
        assert figure(page(client), 'thoth_jobs_running{kind="trial"}') == 1
    with pytest.raises(ValueError, match="no"), jobs.counted("trial"):
        raise ValueError("no")

    with pytest.raises(PutBackError), jobs.counted("trial"):
        raise PutBackError

    text = page(client)
    assert figure(text, 'thoth_jobs_total{kind="trial",outcome="done"}') == 1
    assert figure(text, 'thoth_jobs_total{kind="trial",outcome="put back"}') == 1
    assert figure(text, 'thoth_jobs_total{kind="trial",outcome="failed"}') == 1
    assert figure(text, 'thoth_jobs_running{kind="trial"}') == 0


def test_a_job_that_nobody_does_is_seen_waiting(client: Client) -> None:
    assert figure(page(client), 'thoth_jobs_waiting{kind="import"}') == 0
    Job.objects.create(kind="import")
    Job.objects.create(kind="import", state=State.RUNNING)

    text = page(client)

    assert figure(text, 'thoth_jobs_waiting{kind="import"}') == 1
    assert figure(text, 'thoth_oldest_waiting_job_seconds{kind="import"}') > 0


def test_postgres_is_described_as_far_as_the_application_may_look(client: Client) -> None:
    text = page(client)

    if connection.vendor == "postgresql":
        open_ones = figure(text, "thoth_postgres_connections")
        assert 0 < open_ones < figure(text, "thoth_postgres_connections_limit")
        assert figure(text, "thoth_postgres_transactions_total") > 0
    else:
        assert not re.search("^thoth_postgres", text, re.MULTILINE)


def test_redis_is_up_while_it_takes_commands(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not re.search("^thoth_redis", page(client), re.MULTILINE)
    with redis_server.running() as redis:
        monkeypatch.setattr(settings, "REDIS", redis)
        text = page(client)
    assert figure(text, "thoth_redis_up") == 1
    assert figure(text, "thoth_redis_memory_bytes") > 0

    monkeypatch.setattr(settings, "REDIS", Redis("127.0.0.1", 9))
    assert figure(page(client), "thoth_redis_up") == 0


def test_the_queue_is_looked_at_when_somebody_asks(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_looks", [])
    jobs.watch(lambda: {"import": jobs.Waiting(3, 12.5)})
    text = page(client)
    assert figure(text, 'thoth_jobs_waiting{kind="import"}') == 3
    assert figure(text, 'thoth_oldest_waiting_job_seconds{kind="import"}') == 12.5

    jobs.watch(_broken)
    assert "# TYPE thoth_jobs_waiting gauge" in page(client)


def _broken() -> dict[str, jobs.Waiting]:
    raise ConnectionError("the queue is away")


def test_a_worker_shows_the_same_page_beside_its_work(client: Client) -> None:
    server = beside.serve(0, address="127.0.0.1")
    address = f"http://127.0.0.1:{server.server_port}/metrics"

    with urllib.request.urlopen(address, timeout=10) as answer:
        text = answer.read().decode()
    server.shutdown()
    server.server_close()

    assert "thoth_build_info" in text
    assert "# TYPE thoth_jobs_total counter" in text

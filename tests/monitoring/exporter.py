"""Figures under every name that rules and panels use, growing like those of a stack at work."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from thothctl.model.figures import ContainerFigures, DiskFigures, Figures, exposition

COUNTERS = (
    'thoth_http_requests_total{method="GET",route="ask",status="200"}',
    'thoth_http_requests_total{method="GET",route="ask",status="500"}',
    'thoth_http_request_seconds_bucket{route="ask",le="0.5"}',
    'thoth_http_request_seconds_bucket{route="ask",le="+Inf"}',
    'thoth_questions_total{outcome="example"}',
    'thoth_question_seconds_bucket{outcome="model",le="1"}',
    'thoth_question_seconds_bucket{outcome="model",le="+Inf"}',
    'thoth_model_failures_total{provider="openai",kind="invalid_key"}',
    'thoth_model_tokens_total{provider="openai",direction="in"}',
    'thoth_model_cost_usd_total{provider="openai"}',
    'thoth_jobs_total{kind="import",outcome="failed"}',
    'thoth_job_seconds_bucket{kind="import",le="60"}',
    'thoth_job_seconds_bucket{kind="import",le="+Inf"}',
    "thoth_postgres_transactions_total",
    "thoth_postgres_deadlocks_total",
    "thoth_postgres_temporary_bytes_total",
    "thoth_postgres_blocks_cached_total",
    "thoth_postgres_blocks_asked_total",
)
GAUGES = (
    'thoth_jobs_waiting{kind="import"}',
    'thoth_jobs_running{kind="import"}',
    'thoth_oldest_waiting_job_seconds{kind="import"}',
    "thoth_database_up",
    "thoth_vector_store_up",
    "thoth_database_bytes",
    "thoth_database_reading_seconds",
    "thoth_workspaces",
    "thoth_imported_databases",
    "thoth_examples",
    "thoth_vector_points",
    "thoth_vector_points_waiting",
    "thoth_postgres_connections",
    "thoth_postgres_connections_limit",
    "thoth_redis_up",
    "thoth_redis_memory_bytes",
    "thoth_redis_memory_limit_bytes",
    "nginx_connections_active",
    'nginx_connections{state="writing"}',
    "process_resident_memory_bytes",
)
NAME = re.compile(r"^\w+")


def names() -> set[str]:
    """The names of the server that the test serves."""
    return {found[0] for line in (*COUNTERS, *GAUGES) if (found := NAME.match(line))}


def server(reading: int) -> str:
    """The page of the server; every counter grows from one reading to the next."""
    lines = [f"{name} {reading * (place + 1)}" for place, name in enumerate(COUNTERS)]
    return "\n".join([*lines, *(f"{name} 1" for name in GAUGES)]) + "\n"


def host() -> str:
    """The page of thothctl."""
    now = datetime.now(UTC)
    day = timedelta(days=1)
    container = ContainerFigures("app", "x-app-1", True, 1, 10, 100, now.timestamp())  # noqa: FBT003
    figures = Figures(
        "x",
        now,
        now - day,
        3,
        "1.0.0",
        operation_open=False,
        backup_at=now,
        certificate_until=now + 90 * day,
        containers=(container,),
        disks=(DiskFigures("/data", 50, 100),),
    )
    return exposition(figures)


class _Handler(BaseHTTPRequestHandler):
    server: "Exporter"

    def do_GET(self) -> None:
        self.server.readings += 1
        text = host() if self.path == "/host" else server(self.server.readings)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(text.encode())

    def do_POST(self) -> None:
        """What Alertmanager tells people."""
        self.server.told.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


class Exporter(ThreadingHTTPServer):
    """Serves both pages and listens to alerts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.readings = 0
        self.told: list[str] = []


@contextmanager
def exporting() -> Iterator[Exporter]:
    """Serve for a while."""
    with Exporter() as exporter:
        thread = threading.Thread(target=exporter.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield exporter
        finally:
            exporter.shutdown()
            thread.join()

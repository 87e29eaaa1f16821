"""Figures of all that stores something, looked up each time somebody reads them."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping

from django.conf import settings
from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from thoth_ai.health import checks
from thoth_ai.metrics import jobs, postgres, queue_server
from thoth_ai.vectorstores import chosen, configuration
from thoth_ai.workspaces import following, points
from thoth_ai.workspaces.models import Database, Example, VectorPoint, Workspace

logger = logging.getLogger(__name__)

SIZE = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}


def _bytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute(SIZE[connection.vendor])
        return int(cursor.fetchone()[0])


COUNTED: Mapping[str, tuple[str, Callable[[], int]]] = {
    "thoth_workspaces": ("Workspaces.", Workspace.objects.count),
    "thoth_imported_databases": ("Databases that can be asked.", Database.objects.count),
    "thoth_examples": ("Stored questions with their SQL.", Example.objects.count),
    "thoth_vector_points": ("Documents with a vector.", VectorPoint.objects.count),
    "thoth_vector_points_waiting": (
        "Documents that wait for a vector of the model in use, or for the store to take it.",
        lambda: points.stale().count() + following.waiting().count(),
    ),
    "thoth_database_bytes": ("Size of the application's database.", _bytes),
}


class Stores(Collector):
    """What a store cannot say is missing from the page, never the page itself."""

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: the database may not be there yet."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Ask each store once."""
        started = time.monotonic()
        figures = {name: _asked(look) for name, (_, look) in COUNTED.items()}
        seconds = time.monotonic() - started
        is_up = None not in figures.values()
        for name, (text, _) in COUNTED.items():
            yield GaugeMetricFamily(name, text, value=figures[name])
        yield GaugeMetricFamily("thoth_database_up", "The database answers.", value=int(is_up))
        yield GaugeMetricFamily(
            "thoth_database_reading_seconds", "Time that these figures took.", value=seconds
        )
        yield GaugeMetricFamily(
            "thoth_vector_store_up", "Vectors can be searched.", value=_vectors()
        )
        yield from _queue()
        yield from postgres.figures()
        yield from queue_server.figures()


def _asked(look: Callable[[], int]) -> int | None:
    try:
        return look()
    except Exception:  # every store fails in its own ways, and none may hide the others
        logger.exception("a figure could not be read")
        return None


def _vectors() -> int:
    """Whether the store itself answers; what only waits for it is another figure."""
    if settings.VECTORS.store == configuration.EMBEDDED:
        return int(checks.vector().status != checks.FAILING)
    return int(_asked(lambda: len(chosen.current().health())) is not None)


def _queue() -> Iterable[Metric]:
    number = GaugeMetricFamily("thoth_jobs_waiting", "Jobs that wait.", labels=["kind"])
    oldest = GaugeMetricFamily(
        "thoth_oldest_waiting_job_seconds", "How long the first of them waits.", labels=["kind"]
    )
    for kind, found in _waiting().items():
        number.add_metric([kind], found.jobs)
        oldest.add_metric([kind], found.oldest_seconds)
    yield number
    yield oldest


def _waiting() -> dict[str, jobs.Waiting]:
    try:
        return jobs.waiting()
    except Exception:  # the queue's own library decides what it raises
        logger.exception("the queue could not be read")
        return {}

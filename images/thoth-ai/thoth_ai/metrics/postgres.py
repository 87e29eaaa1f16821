"""Figures of PostgreSQL as the application's own role sees them: no further right is needed."""

import logging
from collections.abc import Iterable

from django.db import DatabaseError, connection
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

logger = logging.getLogger(__name__)

READ = """
    SELECT sum(numbackends), current_setting('max_connections')::int,
           sum(xact_commit + xact_rollback), sum(deadlocks), sum(temp_bytes),
           sum(blks_hit), sum(blks_hit + blks_read)
      FROM pg_stat_database WHERE datname IS NOT NULL
"""
KINDS: tuple[tuple[type[GaugeMetricFamily | CounterMetricFamily], str, str], ...] = (
    (GaugeMetricFamily, "thoth_postgres_connections", "Connections that are open."),
    (GaugeMetricFamily, "thoth_postgres_connections_limit", "Connections it takes."),
    (CounterMetricFamily, "thoth_postgres_transactions", "Transactions, taken back ones too."),
    (CounterMetricFamily, "thoth_postgres_deadlocks", "Transactions that blocked each other."),
    (CounterMetricFamily, "thoth_postgres_temporary_bytes", "Written for want of memory."),
    (CounterMetricFamily, "thoth_postgres_blocks_cached", "Blocks found in its cache."),
    (CounterMetricFamily, "thoth_postgres_blocks_asked", "Blocks asked for."),
)


def figures() -> Iterable[Metric]:
    """Return every family; without a value where there is no PostgreSQL, or no answer."""
    values = _read() if connection.vendor == "postgresql" else ()
    for place, (family, name, text) in enumerate(KINDS):
        yield family(name, text, value=float(values[place])) if values else family(name, text)


def _read() -> tuple[float, ...]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(READ)
            return tuple(cursor.fetchone())
    except DatabaseError:
        logger.warning("PostgreSQL tells no figures")
        return ()

"""Figures of Redis, which passes jobs on."""

import logging
from collections.abc import Iterable, Mapping

from django.conf import settings
from prometheus_client.core import GaugeMetricFamily, Metric
from redis import RedisError

from thoth_ai.jobs import queue

logger = logging.getLogger(__name__)

TOLD = {
    "thoth_redis_memory_bytes": ("Memory in use.", "used_memory"),
    "thoth_redis_memory_limit_bytes": ("Memory it may use, 0 for no limit.", "maxmemory"),
    "thoth_redis_connections": ("Connections that are open.", "connected_clients"),
}


def figures() -> Iterable[Metric]:
    """Return every family; without a value where there is no Redis."""
    told = _told()
    up = GaugeMetricFamily("thoth_redis_up", "Redis takes commands.")
    if settings.REDIS is not None:
        up.add_metric([], int(bool(told)))
    yield up
    for name, (text, key) in TOLD.items():
        family = GaugeMetricFamily(name, text)
        if key in told:
            family.add_metric([], float(told[key]))
        yield family


def _told() -> Mapping[str, float]:
    if settings.REDIS is None:
        return {}
    try:
        found: Mapping[str, float] = queue.broker(settings.REDIS).client.info()
    except RedisError:
        logger.warning("Redis tells no figures")
        return {}
    return found

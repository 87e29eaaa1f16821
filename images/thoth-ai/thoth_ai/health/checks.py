"""The questions health asks, each with its answer in one sentence."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from redis import RedisError

from thoth_ai import embedding_model, language_model, provider_settings
from thoth_ai.jobs import queue as jobs
from thoth_ai.jobs.models import Job, State
from thoth_ai.vectorstores import chosen, configuration
from thoth_ai.vectorstores.types import VectorStoreError
from thoth_ai.workspaces import following, points, readers
from thoth_ai.workspaces.models import Database, Example, VectorPoint

logger = logging.getLogger(__name__)

OK = "ok"
DEGRADED = "degraded"
FAILING = "failing"
NOT_CONFIGURED = "not configured"
LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found."""

    status: str
    detail: str


def database() -> Finding:
    """Say whether the application's own database and every imported file can be read."""
    return _guarded(_database)


def vector() -> Finding:
    """Say whether every example has a vector of the model in use."""
    return _guarded(_vector)


def ai() -> Finding:
    """Say which language model is used and how it fared last; never calls it."""
    return _guarded(_ai)


def queue() -> Finding:
    """Say whether jobs reach a worker."""
    return _guarded(_queue)


def _queue() -> Finding:
    if settings.REDIS is None:
        return Finding(NOT_CONFIGURED, "Long jobs are done beside serving; there is no Redis.")
    try:
        jobs.broker(settings.REDIS).client.ping()
    except RedisError:
        return Finding(FAILING, "Redis does not answer; no job reaches a worker.")
    waiting = Job.objects.filter(state=State.QUEUED)
    if waiting.filter(created_at__lt=timezone.now() - LONGEST_WAIT).exists():
        return Finding(DEGRADED, f"{waiting.count()} jobs wait; is there a worker?")
    running = Job.objects.filter(state=State.RUNNING).count()
    return Finding(OK, f"{running} jobs are done now, {waiting.count()} wait.")


def _database() -> Finding:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        return Finding(FAILING, f"{len(pending)} migrations are not applied.")
    files = list(Database.objects.all())
    if missing := readers.missing(files):
        return Finding(FAILING, f"The rows of these databases are missing: {', '.join(missing)}.")
    return Finding(OK, f"{len(files)} databases can be asked.")


def _ai() -> Finding:
    chosen = settings.LANGUAGE_MODEL
    if chosen is None:
        return Finding(NOT_CONFIGURED, "Answers come from stored examples; no model is set.")
    if provider_settings.lacks_key(chosen):
        return Finding(NOT_CONFIGURED, f"There is no key for {chosen.provider}.")
    model = language_model.current()
    if model and model.last_failure:
        return Finding(DEGRADED, f"{chosen.provider} failed last: {model.last_failure.message}")
    return Finding(OK, f"{chosen.provider} writes SQL for questions without an example.")


def _vector() -> Finding:
    if settings.VECTORS.store != configuration.EMBEDDED:
        return _vector_store()
    if waiting := points.stale().count():
        if embedding_model.is_local():
            return Finding(FAILING, f"{waiting} vectors are of another model; restart to renew.")
        return Finding(DEGRADED, f"{waiting} documents wait to be embedded by the provider.")
    indexed = VectorPoint.objects.filter(kind=points.EXAMPLE).count()
    missing = Example.objects.count() - indexed
    if missing > 0:
        return Finding(FAILING, f"{missing} examples have no vector.")
    return Finding(OK, f"{VectorPoint.objects.count()} vectors, {indexed} of them examples.")


def _vector_store() -> Finding:
    """Compare what the store holds with what the rows say; what differs is mended meanwhile."""
    total, placed = VectorPoint.objects.count(), following.placed().count()
    to_embed, to_store = points.stale().count(), following.waiting().count()
    figures = f"{placed} of {total} documents are indexed, {to_embed} wait to be embedded"
    figures += f" and {to_store} to be stored."
    try:
        software = chosen.current().health()
        held = chosen.current().count(embedding_model.identity())
    except VectorStoreError as error:
        return Finding(DEGRADED, f"{error} {figures}")
    if to_embed or to_store:
        return Finding(DEGRADED, f"{software}: {figures}")
    if held != placed:
        return Finding(DEGRADED, f"{software} holds {held} vectors, {placed} belong there.")
    return Finding(OK, f"{total} vectors in {software}.")


def _guarded(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception:  # a probe answers whatever happens; the log has the cause
        logger.exception("health check failed")
        return Finding(FAILING, "The check itself failed; see the log.")

"""The questions health asks, each with its answer in one sentence."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from thoth_ai.answering import embedding
from thoth_ai.workspaces import points, storage
from thoth_ai.workspaces.models import Database, Example, VectorPoint

logger = logging.getLogger(__name__)

OK = "ok"
FAILING = "failing"
NOT_CONFIGURED = "not configured"


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
    """Say that no language model is used yet."""
    return Finding(NOT_CONFIGURED, "Answers come from stored examples; no language model is set.")


def _database() -> Finding:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        return Finding(FAILING, f"{len(pending)} migrations are not applied.")
    files = list(Database.objects.all())
    missing = [entry.name for entry in files if not storage.path_of(entry).is_file()]
    if missing:
        return Finding(FAILING, f"The files of these databases are missing: {', '.join(missing)}.")
    return Finding(OK, f"{len(files)} databases can be asked.")


def _vector() -> Finding:
    stale = VectorPoint.objects.exclude(model=embedding.MODEL_ID).count()
    if stale:
        return Finding(FAILING, f"{stale} vectors were made by another model; restart to renew.")
    indexed = VectorPoint.objects.filter(kind=points.EXAMPLE).count()
    missing = Example.objects.count() - indexed
    if missing > 0:
        return Finding(FAILING, f"{missing} examples have no vector.")
    return Finding(OK, f"{VectorPoint.objects.count()} vectors, {indexed} of them examples.")


def _guarded(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception:  # a probe answers whatever happens; the log has the cause
        logger.exception("health check failed")
        return Finding(FAILING, "The check itself failed; see the log.")

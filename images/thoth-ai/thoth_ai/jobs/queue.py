"""Passing jobs on: over Redis to a worker, or to a thread where there is no Redis.

A message is nothing but a job's key. Whatever becomes of messages, `recover` finds every job
that nobody does, for the rows are the truth.
"""

import functools
import logging
import threading
from collections.abc import Mapping, Sequence
from uuid import UUID

import dramatiq
from django.conf import settings
from django.db import connections
from dramatiq.brokers.redis import RedisBroker
from redis import RedisError
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from thoth_ai.accounts.models import User
from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.jobs import uploads, work
from thoth_ai.jobs.models import OPEN, Job, State
from thoth_ai.redis_settings import Redis

logger = logging.getLogger(__name__)

QUEUE, ACTOR, NAMESPACE = "jobs", "run", "thoth"


def submit(kind: str, payload: Mapping[str, object], user: User | None = None) -> Job:
    """Write a job down and pass it on."""
    job = Job.objects.create(kind=kind, payload=payload, user=user)
    try:
        pass_on(job.pk)
    except ServerError:
        job.delete()
        raise
    return job


def pass_on(key: UUID) -> None:
    """Let somebody do it; raises ServerError when Redis does not take it."""
    if settings.REDIS is None:
        threading.Thread(target=_here, args=(str(key),), name="job", daemon=True).start()
        return
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name=QUEUE, actor_name=ACTOR, args=(str(key),), kwargs={}, options={}
    )
    try:
        broker(settings.REDIS).enqueue(message)
    except (RedisError, dramatiq.errors.BrokerConnectionError) as error:
        raise ServerError(
            "Redis does not take the job.",
            hint="Ask thothctl health whether Redis runs, then send it again.",
            code="no_queue",
            exit_code=ExitCode.NETWORK,
        ) from error


def recover(states: Sequence[State] = OPEN) -> int:
    """Pass on again what is open and in nobody's hands; return how many that were."""
    found = 0
    for job in Job.objects.filter(state__in=states):
        with uploads.held(job) as free:
            pass
        if free:
            pass_on(job.pk)
            found += 1
    return found


@functools.cache
def broker(redis: Redis) -> RedisBroker:
    """Return the connection to the queue; nothing here ends a job for taking long."""
    made = RedisBroker(  # type: ignore[no-untyped-call]  # theirs has no types
        host=redis.host,
        port=redis.port,
        username=redis.user or None,
        password=redis.password or None,
        namespace=NAMESPACE,
        middleware=[],
        socket_connect_timeout=5,
        socket_timeout=30,
        health_check_interval=15,
        retry=Retry(ConstantBackoff(0.2), 2),
    )
    made.declare_queue(QUEUE)
    return made


def _here(key: str) -> None:
    try:
        work.run(key)
    finally:
        connections.close_all()

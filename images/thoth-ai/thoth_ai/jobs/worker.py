"""The process that does jobs."""

import logging
import signal
import threading
from collections.abc import Sequence
from itertools import count
from types import FrameType

import dramatiq
from django.conf import settings
from django.db import DatabaseError, connections
from dramatiq.worker import Worker
from redis import AuthenticationError, RedisError
from redis import Redis as Client
from redis.backoff import NoBackoff
from redis.retry import Retry

from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.healthcheck import ALIVE
from thoth_ai.importing import placing, staging
from thoth_ai.jobs import queue, uploads, work
from thoth_ai.jobs.models import OPEN, State
from thoth_ai.metrics import beside
from thoth_ai.postgres import readiness
from thoth_ai.redis_settings import Redis

logger = logging.getLogger(__name__)

LOOK_AGAIN = 10.0
SELDOM = 60
PATIENCE_TO_STOP_MS = 8_000


def serve() -> None:
    """Do jobs until told to end; what a dead worker left is cleared and found first."""
    redis = settings.REDIS
    if redis is None:
        raise ServerError("There is no queue to work for.", hint="Set REDIS_HOST.")
    await_redis(redis)
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        work.STOPPING.set()
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    swept = staging.sweep() + placing.sweep(spare_begun=True) + uploads.sweep()
    logger.info("worker starts; %d leftovers removed", swept)
    worker = start(redis)
    beside.serve()
    for round_ in count():
        # Waiting jobs seldom: each look adds a message, though only the first is heeded.
        _recover(OPEN if round_ % SELDOM == 0 else (State.RUNNING,))
        ALIVE.touch()
        if stopped.wait(LOOK_AGAIN):
            break
    worker.stop(timeout=PATIENCE_TO_STOP_MS)


def start(redis: Redis) -> Worker:
    """Start taking jobs from the queue, in threads of this process."""
    broker = queue.broker(redis)
    dramatiq.Actor(
        work.run,
        broker=broker,
        actor_name=queue.ACTOR,
        queue_name=queue.QUEUE,
        priority=0,
        options={},
    )
    worker = Worker(broker, worker_threads=settings.WORKER_THREADS)
    worker.start()
    return worker


def await_redis(redis: Redis, seconds: float = readiness.PATIENCE) -> None:
    """Return when Redis takes commands; raises ServerError with what is in the way."""
    client = Client(
        host=redis.host,
        port=redis.port,
        username=redis.user or None,
        password=redis.password or None,
        socket_timeout=5,
        retry=Retry(NoBackoff(), 0),
    )

    def answers() -> bool:
        try:
            return bool(client.ping())
        except AuthenticationError as error:
            raise ServerError(
                "Redis refuses the password.",
                hint="Give REDIS_PASSWORD the one that Redis was started with.",
                code="redis_password",
            ) from error
        except (RedisError, OSError):
            return False

    place = f"{redis.host}:{redis.port}"
    if not readiness.wait_until(answers, f"Redis at {place}", seconds):
        raise ServerError(
            f"Redis at {place} did not answer within {seconds:g} s.",
            hint="Check REDIS_HOST and REDIS_PORT, and that Redis runs.",
            code="redis_unreachable",
            exit_code=ExitCode.NETWORK,
        )


def _recover(states: Sequence[State]) -> None:
    """A dead worker's lock is free at once, so its job is found when somebody looks."""
    try:
        if found := queue.recover(states):
            logger.info("%d jobs were found again", found)
    except (ServerError, DatabaseError) as error:
        logger.warning("jobs could not be looked for: %s", error)
    finally:
        connections.close_all()

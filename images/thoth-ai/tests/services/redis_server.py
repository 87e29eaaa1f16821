"""A Redis of the tests' own."""

import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from redis import Redis as Client
from redis import RedisError

from tests.services import programs
from thoth_ai.jobs.worker import await_redis
from thoth_ai.redis_settings import Redis

PASSWORD = "a password of the tests"  # noqa: S105 - of the tests only


@contextmanager
def running() -> Iterator[Redis]:
    """Start a server that keeps nothing on a disk, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="thoth-redis-") as folder:
        Path(folder).chmod(0o777)
        process = subprocess.Popen(
            (
                str(programs.redis()),
                *("--port", str(port), "--bind", "127.0.0.1", "--dir", folder),
                *("--save", "", "--requirepass", PASSWORD),
            ),
            stdout=subprocess.DEVNULL,
            user=programs.unprivileged(),
            group=programs.unprivileged(),
        )
        redis = Redis("127.0.0.1", port, PASSWORD)
        try:
            await_redis(redis, seconds=10)
            yield redis
        finally:
            process.kill()
            process.wait()


def forget_everything(redis: Redis) -> None:
    """Take every message away, as a Redis does that lost its disk."""
    with suppress(RedisError):
        Client(host=redis.host, port=redis.port, password=redis.password).flushall()

"""How gunicorn serves: one worker with threads, so that one process holds caches and metrics."""

import os
import socket

from thoth_ai import environment, json_logging
from thoth_ai.settings import LOG_LEVEL, REQUESTS_AT_ONCE, SECRETS


def _address(port: int) -> str:
    """Listen on both address families where the kernel has both."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            both = probe.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 0
            probe.bind(("::", 0))
    except OSError:
        both = False
    return f"[::]:{port}" if both else f"0.0.0.0:{port}"


bind = [_address(environment.number("PORT", 8080, lowest=1, highest=65535))]
workers = 1
threads = REQUESTS_AT_ONCE  # questions at a language model hold one each; health needs its own
worker_class = "gthread"
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a heartbeat
control_socket_disable = True
graceful_timeout = environment.number("DRAIN_SECONDS", 8, lowest=1, highest=3600)
timeout = 60
keepalive = 5
limit_request_line = 8190
forwarded_allow_ips = ""
logconfig_dict = json_logging.configuration(LOG_LEVEL, SECRETS)


def post_worker_init(_: object) -> None:
    """Renew vectors and comments beside serving: that can take long, and fail for a while.

    Figures have a door of their own: behind it no host name is asked for, and a scrape never
    waits for a thread that answers questions.
    """
    from django.conf import settings  # noqa: PLC0415 - needs Django, which is set up by now

    from thoth_ai import debugger  # noqa: PLC0415 - likewise
    from thoth_ai.jobs import queue  # noqa: PLC0415 - likewise
    from thoth_ai.metrics import beside  # noqa: PLC0415 - likewise
    from thoth_ai.workspaces import reindexing  # noqa: PLC0415 - likewise

    if port := environment.number("METRICS_PORT", 0, lowest=0, highest=65535):
        beside.serve(port)
    if settings.DEBUGGER_PORT:
        debugger.listen(settings.DEBUGGER_PORT)
    if settings.REDIS is None:
        queue.recover()
    if reindexing.is_wanted():
        reindexing.start()

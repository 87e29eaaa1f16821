"""When the engine looks at containers next: who pauses one has to keep away from that.

A check that begins while its container is paused hangs, and the engine lets nobody go on until the
check is given up: a pause of 50 ms becomes one of seconds (seen with Docker 20.10).
"""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from thothctl.adapters.process import output

MARGIN_SECONDS = 0.6
"""Before the next check nobody is paused any more: a pause takes a tenth of a second."""
LONGEST_SECONDS, POLL_SECONDS = 6.0, 0.05
WANTED = "{{json .State}}\t{{json .Config.Healthcheck}}"


def await_quiet(containers: Sequence[str], environment: Mapping[str, str]) -> None:
    """Return when no check is near; with many containers there may be no such moment, then late."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while _near(containers, environment) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _near(containers: Sequence[str], environment: Mapping[str, str]) -> bool:
    argv = ("docker", "inspect", "--format", WANTED, *containers)
    status, said = output(argv, environment=environment, seconds=10)
    if status != 0:
        return False  # who pauses them hears why
    now = datetime.now(UTC)
    found = (map(json.loads, line.split("\t")) for line in said.splitlines())
    return any(check_is_near(state, check, now) for state, check in found)


def check_is_near(state: Mapping[str, Any], check: Mapping[str, Any] | None, now: datetime) -> bool:
    """Whether one begins within the margin or should be under way."""
    if not state.get("Health") or check is None:
        return False
    interval = int(check.get("Interval") or 30e9) / 1e9
    log = state["Health"].get("Log") or ()
    last = datetime.fromisoformat(log[-1]["End"] if log else state["StartedAt"])
    margin = min(MARGIN_SECONDS, interval / 2)
    return now >= last + timedelta(seconds=interval - margin)

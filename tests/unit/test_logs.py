"""Log lines of several containers read as one story."""

import re

import pytest
from played_containers import PlayedContainers, container, world_of

from thothctl.errors import UsageError
from thothctl.model.observed import LogLine
from thothctl.operations.logs import LogRequest, past

LINES = {
    "app-1": [LogLine("2026-01-01T00:00:01Z", "one"), LogLine("2026-01-01T00:00:03Z", "three")],
    "app-2": [LogLine("2026-01-01T00:00:02Z", "two")],
    "redis-1": [LogLine("2026-01-01T00:00:04Z", "four")],
}
CONTAINERS = (container("app"), container("app", replica=2), container("redis"))


def told(request: LogRequest) -> list[str]:
    engine = PlayedContainers(*CONTAINERS, lines=LINES)
    return [f"{t.source} {t.line.text}" for t in past(world_of(engine), "default", request)]


def test_lines_come_in_the_order_they_were_written() -> None:
    assert told(LogRequest()) == ["app one", "app-2 two", "app three", "redis four"]


def test_services_are_chosen_by_name() -> None:
    assert told(LogRequest(("redis",))) == ["redis four"]


def test_an_unknown_service_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        told(LogRequest(("nobody",)))
    assert "app" in caught.value.hint


def test_a_pattern_counts_before_the_tail() -> None:
    request = LogRequest(("app",), tail=1, pattern=re.compile("o"))

    assert told(request) == ["app one", "app-2 two"]


def test_no_tail_is_no_past() -> None:
    assert told(LogRequest(tail=0)) == []

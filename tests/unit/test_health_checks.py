"""A pause keeps away from the engine's health checks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from thothctl.adapters.health_checks import check_is_near

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVERY_3 = {"Interval": 3_000_000_000}


def checked(ago: float) -> dict[str, Any]:
    ended = (NOW - timedelta(seconds=ago)).isoformat()
    return {"StartedAt": "2026-11-22T11:00:00.5Z", "Health": {"Log": [{"End": ended}]}}


@pytest.mark.parametrize(
    ("state", "check", "near"),
    [
        (checked(0.1), EVERY_3, False),
        (checked(2.3), EVERY_3, False),
        (checked(2.5), EVERY_3, True),
        (checked(9.0), EVERY_3, True),  # it should have ended: it is under way
        (checked(0.4), {"Interval": 1_000_000_000}, False),
        (checked(0.6), {"Interval": 1_000_000_000}, True),
        (checked(28.0), {}, False),  # the engine's own interval is 30 s
        (checked(29.9), {}, True),
        (checked(29.9), None, False),
        ({"StartedAt": "2026-11-22T11:59:59.123456789Z", "Health": {"Log": []}}, EVERY_3, False),
        ({"StartedAt": "2026-11-22T11:59:59.9Z"}, EVERY_3, False),
        (
            {"StartedAt": "2026-11-22T11:59:58.9Z", "Health": {"Log": None, "Status": "starting"}},
            {"Interval": 1_500_000_000},
            True,
        ),
    ],
)
def test_a_check_is_near_when_its_time_comes(
    state: dict[str, Any], check: dict[str, Any] | None, *, near: bool
) -> None:
    assert check_is_near(state, check, NOW) is near

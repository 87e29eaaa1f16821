from dataclasses import replace

from thothctl.cli.pace import Pace
from thothctl.model.event import Progress


def news(done: int, total: int = 1_000_000, unit: str = "rows", status: str = "load") -> Progress:
    return Progress("server", status, done, total, unit)


def test_nothing_is_said_before_it_can_be_known() -> None:
    pace = Pace()

    assert pace.text(Progress("server", "load"), 0.0) == ""
    assert pace.text(news(0), 0.0) == ""
    assert pace.text(news(50_000), 0.5) == ""


def test_the_rate_and_the_time_left_follow_from_the_way_so_far() -> None:
    pace = Pace()
    pace.text(news(0), 10.0)

    assert pace.text(news(200_000), 12.0) == "100,000 rows/s, 8 s left"
    assert pace.text(news(10_000), 12.0) == "5,000 rows/s, 3 m 18 s left"
    assert pace.text(news(1_000_000), 20.0) == ""


def test_bytes_are_told_in_mebibytes_and_every_phase_begins_anew() -> None:
    pace = Pace()
    pace.text(news(0), 0.0)
    size = 1024 * 1024
    pace.text(news(0, 100 * size, "bytes", "receive"), 5.0)

    assert (
        pace.text(news(size, 7_201 * size, "bytes", "receive"), 6.0) == "1.0 MiB/s, 2 h 00 m left"
    )
    assert pace.text(news(1, 3, "batches", "describe"), 6.0) == ""


def test_events_get_the_rate_and_the_seconds_left_unless_they_know_better() -> None:
    pace = Pace()
    assert pace.measured(news(0), 10.0) == news(0)

    measured = pace.measured(news(200_000), 12.0)
    known = replace(news(200_000), rate=7.0, left=1.0)

    assert (measured.rate, measured.left) == (100_000, 8)
    assert pace.measured(known, 12.0) == known

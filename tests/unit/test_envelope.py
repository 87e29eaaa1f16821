"""The document of a command holds to its schema, whatever the machine does meanwhile."""

from datetime import timedelta

from fakes import FakeClock

from thothctl.cli.envelope import Call, Outcome, document


def test_a_clock_that_is_put_back_meanwhile_makes_no_negative_duration() -> None:
    began = FakeClock().now()
    call = Call("upgrade", "default", None, began, began - timedelta(hours=1))

    assert document(call, Outcome(), None)["duration_ms"] == 0

"""What tells nothing of itself is looked at while it grows."""

from threading import Event, Thread, current_thread

import pytest
from fakes import FakeWorld

from thothctl.errors import EngineRefusedError
from thothctl.model.event import Progress
from thothctl.operations import growing
from thothctl.operations.growing import seen_growing


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "LOOK_SECONDS", 0.001)


def test_the_bytes_are_told_against_the_whole_and_never_more() -> None:
    fake, looked = FakeWorld(), Event()
    found = iter((4, 12))

    def look() -> int:
        value = next(found, None)
        if value is None:
            looked.set()
            return 12
        return value

    with seen_growing(fake.as_world(), "data", "copying", look, lambda: 10):
        assert looked.wait(10)

    assert fake.reported[:2] == [
        Progress("data", "copying", 4, 10, "bytes"),
        Progress("data", "copying", 10, 10, "bytes"),
    ]


@pytest.mark.parametrize("error", [EngineRefusedError("no", hint="no"), KeyError("bytes")])
def test_a_look_that_fails_hinders_nothing_and_says_nothing(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    fake, looked = FakeWorld(), Event()

    def look() -> int:
        looked.set()
        raise error

    with seen_growing(fake.as_world(), "data", "copying", look):
        assert looked.wait(10)

    assert not fake.reported
    assert capsys.readouterr().err == ""


def test_a_look_that_hangs_does_not_hold_up_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "LAST_LOOK_SECONDS", 0.01)
    fake, looked, goes_on = FakeWorld(), Event(), Event()
    threads = list[Thread]()

    def look() -> int:
        threads.append(current_thread())
        looked.set()
        goes_on.wait(30)
        return 1

    with seen_growing(fake.as_world(), "data", "copying", look):
        assert looked.wait(10)

    (late,) = threads
    assert late.is_alive()
    goes_on.set()
    late.join(10)
    assert not fake.reported, "it came too late"


def test_what_is_short_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "LOOK_SECONDS", 60.0)

    with seen_growing(FakeWorld().as_world(), "data", "copying", lambda: pytest.fail("looked")):
        pass

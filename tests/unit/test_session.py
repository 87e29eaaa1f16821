"""What a session shows of events that come from several threads at once."""

import io
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, cast

import pytest

from thothctl.cli.progress import LivePanel
from thothctl.cli.session import Options, Output, Session
from thothctl.model.event import Progress

if TYPE_CHECKING:
    from thothctl.world import Report, World

THREADS, EVENTS = 6, 40


class Pipe(io.StringIO):
    """Slow enough for others to come in between; remembers each write, and how many were at it."""

    def __init__(self) -> None:
        super().__init__()
        self.writes, self.inside, self.most = list[str](), 0, 0

    def write(self, text: str) -> int:
        self.inside += 1
        self.most = max(self.most, self.inside)
        Event().wait(0.0005)
        self.writes.append(text)
        self.inside -= 1
        return len(text)


def test_events_of_several_threads_are_told_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe, reports = Pipe(), list["Report"]()
    monkeypatch.setattr(sys, "stdout", pipe)

    def connect(report: "Report") -> "World":
        reports.append(report)
        return cast("World", None)

    session = Session(Options(output=Output.NDJSON), connect)
    assert session.world is None
    (report,) = reports

    def tell(number: int) -> None:
        for done in range(EVENTS):
            report(Progress(f"store {number}", "copying", done, EVENTS, "bytes"))

    with session.watched(), ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(tell, range(THREADS)))
    report(Progress("too late", "copying"))

    assert pipe.most == 1
    assert all(text.endswith("\n") and text.count("\n") == 1 for text in pipe.writes)
    told = [json.loads(text) for text in pipe.writes]
    assert len(told) == THREADS * EVENTS
    assert {one["subject"] for one in told} == {f"store {n}" for n in range(THREADS)}


class Growing(dict[str, object]):
    """Somebody adds to it whenever somebody else has looked at one of it."""

    def items(self) -> object:  # type: ignore[override]  # only looked at, never kept
        for number, one in enumerate(super().items()):
            self[f"more {number}"] = one[1]
            yield one


def test_a_panel_is_drawn_while_events_come() -> None:
    console = Session(Options(), lambda _: cast("World", None)).stderr
    panel = LivePanel(console)
    panel(Progress("data", "copying", 1, 2, "bytes"))
    panel._subjects = Growing(panel._subjects)  # type: ignore[assignment]  # noqa: SLF001 - the shared one

    with console.capture() as seen:
        console.print(panel._draw())  # noqa: SLF001 - what its own thread calls

    assert "copying" in seen.get()

"""Shows what is going on: live on a terminal, plain lines elsewhere, JSON lines when asked."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from thothctl.cli.envelope import encoded
from thothctl.cli.pace import Pace
from thothctl.model.event import Event, Note, Progress, StepBegan, StepEnded

QUIET_SECONDS = 5.0
"""How often a subject may speak when output is plain lines."""

WIDEST_SUBJECT, BAR = 24, 18
"""Columns of the terminal."""


class Watcher(Protocol):
    """Hears events while an operation runs."""

    def __call__(self, event: Event, /) -> None: ...


def clock_text(seconds: float) -> str:
    """`7.2 s`, `1 m 05 s`."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} m {int(seconds) % 60:02d} s"


def amount(progress: Progress) -> str:
    """`12 of 48 MiB`, or `12 MiB` where nobody knows how many it will be."""
    size = 1024 * 1024
    if progress.done is None:
        return ""
    if not progress.total:
        return f"{progress.done / size:.1f} MiB" if progress.unit == "bytes" else ""
    if progress.unit == "bytes":
        return f"{progress.done / size:.1f} of {progress.total / size:.1f} MiB"
    return f"{progress.done:,} of {progress.total:,} {progress.unit}".rstrip()


class PlainLines:
    """A line when a step begins and ends, and now and then in between."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._spoke: dict[str, tuple[str, float]] = {}
        self._pace = Pace()

    def __call__(self, event: Event) -> None:
        match event:
            case StepBegan(index, total, title):
                self._say(f"[{index}/{total}] {title} …")
            case StepEnded(index, total, title, seconds):
                self._say(f"[{index}/{total}] {title} done in {clock_text(seconds)}")
            case Note(text):
                self._say(f"      {text}")
            case Progress():
                self._news(event)

    def _news(self, event: Progress) -> None:
        line, now = f"{event.status} {amount(event)}".strip(), time.monotonic()
        last, spoke = self._spoke.get(event.subject, ("", 0.0))
        if line == last or (last and now - spoke < QUIET_SECONDS):
            return
        self._spoke[event.subject] = (line, now)
        pace = self._pace.text(event, now)
        self._say(f"      {event.subject}: {line}{f' ({pace})' if pace else ''}")

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)


class JsonLines:
    """One JSON object an event, on standard output."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write, self._pace = write, Pace()

    def __call__(self, event: Event) -> None:
        if isinstance(event, Progress):
            event = self._pace.measured(event, time.monotonic())
        kind = type(event).__name__
        name = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind).lstrip("_")
        self._write(encoded({"event": name, **asdict(event)}))


class LivePanel:
    """Finished steps stay as lines; the running one shows its subjects, drawn over and over."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=8, transient=True)
        self._step: StepBegan | None = None
        self._began = 0.0
        self._subjects: dict[str, tuple[Progress, float]] = {}
        self._pace = Pace()
        self._live.get_renderable = self._draw  # type: ignore[method-assign]  # redrawn on its timer

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._step = None
        self._subjects.clear()
        self._live.stop()

    def __call__(self, event: Event) -> None:
        match event:
            case StepBegan():
                self._step, self._began = event, time.monotonic()
                self._subjects.clear()
            case StepEnded(_, _, title, seconds):
                self._step = None
                self._subjects.clear()
                self._console.print(_row("[green]✓[/]", title, clock_text(seconds)))
            case Note(text):
                self._console.print(f"  {text}", style="dim", markup=False)
            case Progress():
                first = self._subjects.get(event.subject, (event, time.monotonic()))[1]
                self._subjects[event.subject] = (event, first)

    def _draw(self) -> RenderableType:
        """What is there at this moment: it is drawn by a thread that hears no events."""
        now, step, subjects = time.monotonic(), self._step, dict(self._subjects)
        lines: list[RenderableType] = []
        if step is not None:
            head = Table.grid(padding=(0, 1))
            counter = f"step {step.index} of {step.total}"
            elapsed = clock_text(now - self._began)
            head.add_row(Spinner("dots"), Text(step.title), Text(f"{counter}, {elapsed}", "dim"))
            lines.append(head)
        if subjects:
            lines.append(self._table(subjects, now))
        return Group(*lines)

    def _table(self, subjects: Mapping[str, tuple[Progress, float]], now: float) -> Table:
        """One line a subject; on a narrow terminal what it does gives way."""
        measured = any(news.total for news, _ in subjects.values())
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(width=1)
        widest = max(map(len, subjects))
        table.add_column(no_wrap=True, overflow="ellipsis", width=min(widest, WIDEST_SUBJECT))
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        if measured:
            table.add_column(no_wrap=True, width=BAR)
        table.add_column(justify="right", no_wrap=True, width=len("10 m 00 s"))
        for name, (news, began) in subjects.items():
            parts = (news.status, amount(news), self._pace.text(news, now))
            said = "  ".join(filter(None, parts))
            status = Text(said, "dim", no_wrap=True, overflow="ellipsis")
            bar = [_bar(news)] if measured else []
            table.add_row("", Text(name), status, *bar, Text(clock_text(now - began), "dim"))
        return table


def _bar(news: Progress) -> RenderableType:
    if news.done is None or not news.total:
        return Text("")
    return ProgressBar(total=news.total, completed=news.done, width=BAR)


def _row(mark: str, title: str, elapsed: str) -> str:
    return f"{mark} {escape(title):<18} [dim]{elapsed:>9}[/]"


@contextmanager
def watching(console: Console, ndjson: Callable[[str], None] | None) -> Iterator[Watcher]:
    """The watcher that fits: JSON lines when asked, live on a terminal, plain lines elsewhere."""
    if ndjson is not None:
        yield JsonLines(ndjson)
    elif console.is_terminal and not console.no_color:
        with LivePanel(console) as panel:
            yield panel
    else:
        yield PlainLines(console)

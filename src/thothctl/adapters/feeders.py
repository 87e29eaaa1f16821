"""What is fed to a program that runs, and what it says meanwhile."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import IO

from thothctl.adapters.lanes import Lane, Process

KEPT_LINES = 20
STOP_SECONDS = 10
BROKEN_PIPE = (-13, 141)


class Tail:
    """Reads a program's standard error to its end; keeps the last lines."""

    def __init__(self, stream: IO[bytes] | None, heard: Callable[[str], None]) -> None:
        self._kept: deque[str] = deque(maxlen=KEPT_LINES)
        self._stream, self._heard = stream, heard
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._stream is not None  # noqa: S101 - piped
        with self._stream:
            for raw in self._stream:
                line = raw.decode(errors="replace").rstrip()
                if line and not line.startswith("{"):
                    self._kept.append(line)
                self._heard(line)

    def lines(self) -> tuple[str, ...]:
        self._thread.join(STOP_SECONDS)
        return tuple(self._kept)


class Feeder:
    """Nothing is fed."""

    def status(self) -> tuple[int, tuple[str, ...]]:
        return 0, ()


class Pumping(Feeder):
    """A program's output is fed."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._tail = Tail(process.stderr, lambda _: None)

    def status(self) -> tuple[int, tuple[str, ...]]:
        return self._process.wait(), self._tail.lines()


class Pouring(Feeder):
    """Bytes are fed by a thread; what their source raises is raised by `status`."""

    def __init__(self, feed: Iterable[bytes], process: Process, way: Lane | None) -> None:
        self._feed, self._process, self._way = feed, process, way
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._pour, daemon=True)
        self._thread.start()

    def _pour(self) -> None:
        try:
            with ExitStack() as stack:
                stream = self._process.stdin
                if self._way is not None:
                    stream = stack.enter_context(self._way.opened("wb", self._process))
                assert stream is not None  # noqa: S101 - piped
                stack.enter_context(stream)
                for chunk in self._feed:
                    stream.write(chunk)
        except BrokenPipeError:
            """The reader ended first; its own status tells why."""
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            self._error = error

    def status(self) -> tuple[int, tuple[str, ...]]:
        self._thread.join()
        if self._error is not None:
            raise self._error
        return 0, ()


def blame(status: int, feeder: tuple[int, tuple[str, ...]]) -> tuple[int, tuple[str, ...]]:
    """A feeder that only lost its reader is not to blame."""
    lost = status != 0 and feeder[0] in BROKEN_PIPE
    return (0, ()) if lost else feeder

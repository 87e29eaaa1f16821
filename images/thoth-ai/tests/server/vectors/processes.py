"""Real servers of the tests' own: started, killed without warning, and started again."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 60.0


@dataclass
class Process:
    """A server on a port of this machine; `answers` tells whether it can be used."""

    command: Sequence[str]
    port: int
    log: Path
    answers: Callable[[], bool]
    _running: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(self.command, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            assert self._running.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)  # between two looks at a process that has no other way to tell

    def kill(self) -> None:
        """End it with the processes it made: PostgreSQL's answer a while longer than it lives."""
        assert self._running is not None
        self._running.send_signal(signal.SIGSTOP)  # it makes no more of them
        made = _children(self._running.pid)
        self._end(signal.SIGKILL)
        for pid in made:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE
        while any(_is_alive(pid) for pid in made):
            assert time.monotonic() < deadline
            time.sleep(0.01)  # they are not ours to wait for

    def stop(self) -> None:
        self._end(signal.SIGINT)

    def _end(self, number: signal.Signals) -> None:
        if self._running is not None:
            self._running.send_signal(number)
            self._running.wait(PATIENCE)
            self._running = None


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

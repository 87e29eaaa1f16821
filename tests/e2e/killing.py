"""Kills thothctl at a step of its plan, as a power cut or an impatient operator would."""

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from e2e.machine import Machine

SECONDS = 240


def entries(machine: Machine) -> list[tuple[str, Any]]:
    """Every entry of every journal, with the operation; a torn last line is left out."""
    found: list[tuple[str, Any]] = []
    for file in sorted((machine.home / "journal" / machine.name).glob("*.jsonl")):
        whole = file.read_text().rpartition("\n")[0]
        found += [(file.stem, json.loads(line)) for line in whole.splitlines()]
    return found


def kill_at(
    machine: Machine,
    words: tuple[str, ...],
    step: int,
    event: str = "started",
    also: Callable[[], bool] = lambda: True,
) -> bool:
    """Run a command and kill it as soon as its journal says this of a step; False if it ended.

    `also` is asked from then on: the step has to be that far.
    """
    before = len(entries(machine))
    process = machine.start(*words)
    threading.Thread(target=process.communicate, daemon=True).start()
    deadline, pause = time.monotonic() + SECONDS, threading.Event()
    while process.poll() is None and time.monotonic() < deadline:
        new = [one for _, one in entries(machine)[before:]]
        if any(one.get("event") == event and one.get("index") == step for one in new) and also():
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
        pause.wait(0.005)
    process.kill()
    return False


@contextmanager
def starts(*labels: str) -> Iterator[Callable[[], bool]]:
    """Whether a container with these labels has started since it was asked first."""
    filters = [word for label in labels for word in ("--filter", f"label={label}")]
    argv = ["docker", "events", "--filter", "event=start", *filters, "--format", "{{.ID}}"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        heard: list[str] = []
        assert process.stdout is not None
        reader = threading.Thread(target=_listen, args=(process.stdout, heard))
        reader.start()
        first: list[int] = []

        def started() -> bool:
            first[:] = first or [len(heard)]
            return len(heard) > first[0]

        try:
            yield started
        finally:
            process.kill()
            reader.join()


def _listen(lines: Iterable[str], heard: list[str]) -> None:
    for line in lines:
        heard.append(line)  # noqa: PERF402 - one by one, as they come

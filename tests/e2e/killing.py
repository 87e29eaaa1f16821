"""Kills thothctl at a step of its plan, as a power cut or an impatient operator would."""

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from e2e.machine import Done, Machine

SECONDS = 240


def entries(machine: Machine, beside: str = "") -> list[tuple[str, Any]]:
    """Every entry of every journal, with the operation; a torn last line is left out."""
    found: list[tuple[str, Any]] = []
    folder = machine.home / "journal" / f"{machine.name}{beside}"
    for file in sorted(folder.glob("*.jsonl")):
        whole = file.read_text().rpartition("\n")[0]
        found += [(file.stem, json.loads(line)) for line in whole.splitlines()]
    return found


COMPLETED, TAKEN_BACK = "completed", "unwound"


def ended(machine: Machine, beside: str = "") -> str:
    """How the newest operation ended; empty while it is unfinished."""
    own = newest(machine, beside)
    return next((one["event"] for one in own if one["event"] in {COMPLETED, TAKEN_BACK}), "")


def newest(machine: Machine, beside: str = "") -> list[Any]:
    """The entries of the newest operation."""
    found = entries(machine, beside)
    last = max(operation for operation, _ in found)
    return [one for operation, one in found if operation == last]


def steps_made(machine: Machine, beside: str = "") -> tuple[str, ...]:
    """The steps of the newest operation, by name."""
    return tuple(one["step"] for one in newest(machine, beside)[0]["plan"]["steps"])


def steps_of(machine: Machine, *words: str) -> list[str]:
    """The steps that a command would carry out, by name."""
    lines = machine.ok(*words, "--plan").data["plan"][1:]
    return [line.split(". ", 1)[1].split(":")[0] for line in lines]


@dataclass(frozen=True)
class Moment:
    """When a fault comes: what the journal says of a step, and from then on, `also`."""

    words: tuple[str, ...]
    step: int
    event: str = "started"
    also: Callable[[], bool] = field(default=lambda: True)
    beside: str = ""
    """What the name of its journal has after the install's."""


def kill_at(machine: Machine, moment: Moment) -> bool:
    """Run a command and kill it at a moment; False if it ended before."""
    known = len(entries(machine, moment.beside))
    process = machine.start(*moment.words)
    threading.Thread(target=process.communicate, daemon=True).start()
    reached = _reached(process, machine, moment, known)
    process.kill()
    process.wait()
    return reached


def cut_at(machine: Machine, moment: Moment) -> None:
    """Kill a command at a moment; of one that was faster, the journal is put back to it."""
    reached = kill_at(machine, moment)
    if ended(machine, moment.beside) == COMPLETED:
        forget_end(machine, moment)
    else:
        assert reached, f"it never came to {moment}"


def forget_end(machine: Machine, moment: Moment) -> None:
    """As a power cut leaves the journal of a plan that ended before the kill came: untold."""
    folder = machine.home / "journal" / f"{machine.name}{moment.beside}"
    file = max(folder.glob("*.jsonl"))
    lines = file.read_text().splitlines(keepends=True)
    said = [(one["event"], one.get("index")) for one in map(json.loads, lines)]
    file.write_text("".join(lines[: said.index((moment.event, moment.step)) + 1]))


def fault_at(machine: Machine, moment: Moment, fault: Callable[[], None]) -> Done:
    """Run a command; it stands still at a moment, while a fault comes, and then it goes on."""

    def still(process: "subprocess.Popen[str]") -> None:
        process.send_signal(signal.SIGSTOP)
        try:
            fault()
        finally:
            process.send_signal(signal.SIGCONT)

    return _disturbed(machine, moment, still)


def interrupt_at(machine: Machine, moment: Moment) -> Done:
    """Run a command, and press Ctrl-C at a moment."""
    return _disturbed(machine, moment, lambda process: process.send_signal(signal.SIGINT))


def _disturbed(
    machine: Machine, moment: Moment, disturb: Callable[["subprocess.Popen[str]"], None]
) -> Done:
    known = len(entries(machine, moment.beside))
    process = machine.start(*moment.words, "--output", "json")
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(process.communicate)
        reached = _reached(process, machine, moment, known)
        disturb(process)
        out, err = told.result(SECONDS)
    assert reached, f"it never came to {moment}: {out}\n{err}"
    return Done(process.returncode, out, err)


def _reached(
    process: "subprocess.Popen[str]", machine: Machine, moment: Moment, known: int
) -> bool:
    deadline, pause = time.monotonic() + SECONDS, threading.Event()
    while process.poll() is None and time.monotonic() < deadline:
        new = entries(machine, moment.beside)[known:]
        said = [(one.get("event"), one.get("index")) for _, one in new]
        if (moment.event, moment.step) in said and moment.also():
            return True
        pause.wait(0.005)
    return False


@contextmanager
def starts(*labels: str, times: int = 1) -> Iterator[Callable[[], bool]]:
    """Whether so many containers with these labels have started since it was asked first."""
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
            return len(heard) >= first[0] + times

        try:
            yield started
        finally:
            process.kill()
            reader.join()


def _listen(lines: Iterable[str], heard: list[str]) -> None:
    for line in lines:
        heard.append(line)  # noqa: PERF402 - one by one, as they come

"""Kills thothctl at a step of its plan, as a power cut or an impatient operator would."""

import json
import signal
import threading
import time
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


def kill_at(machine: Machine, words: tuple[str, ...], step: int, event: str = "started") -> bool:
    """Run a command and kill it as soon as its journal says this of a step; False if it ended."""
    before = len(entries(machine))
    process = machine.start(*words)
    threading.Thread(target=process.communicate, daemon=True).start()
    deadline, pause = time.monotonic() + SECONDS, threading.Event()
    while process.poll() is None and time.monotonic() < deadline:
        new = [one for _, one in entries(machine)[before:]]
        if any(one.get("event") == event and one.get("index") == step for one in new):
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
        pause.wait(0.005)
    process.kill()
    return False

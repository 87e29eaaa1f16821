"""How an import tells what it does: one JSON object a line, or plain text."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TextIO

from thoth_ai.errors import ExitCode, ServerError

PAUSE = 0.2


class Phase(StrEnum):
    """The parts of an import, in their order."""

    RECEIVE = "receive"
    CHECK = "check"
    INSPECT = "inspect"
    LOAD = "load"
    PROFILE = "profile"
    JOINS = "joins"
    DESCRIBE = "describe"
    INDEX = "index"
    VALUES = "values"
    REGISTER = "register"


class Progress(Protocol):
    """Hears how far an import is."""

    def progress(self, phase: Phase, done: int, total: int, unit: str) -> None: ...


@dataclass(slots=True)
class Watched:
    """Adds up the rows of a phase as they pass."""

    reporter: Progress
    phase: Phase
    total: int
    done: int = 0
    unit: str = "rows"

    def heard(self, count: int) -> None:
        """Take note of some more."""
        self.done = min(self.total, self.done + count)
        self.reporter.progress(self.phase, self.done, self.total, self.unit)


class Reporter:
    """Writes progress at most five times a second, and how it ended."""

    def __init__(
        self, out: TextIO, *, ndjson: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._out = out
        self._ndjson = ndjson
        self._clock = clock
        self._phase: Phase | None = None
        self._last = 0.0
        self._stopped = False

    def stop(self, *_: object) -> None:
        """End what is at work; where that is lost in foreign code, at the next progress."""
        self._stopped = True
        raise KeyboardInterrupt

    def progress(self, phase: Phase, done: int, total: int, unit: str) -> None:
        if self._stopped:
            raise KeyboardInterrupt
        now = self._clock()
        if phase is self._phase and done < total and now - self._last < PAUSE:
            return
        if self._ndjson:
            self._line(
                {"event": "progress", "phase": phase, "done": done, "total": total, "unit": unit}
            )
        elif phase is not self._phase:
            self._text(f"{phase} …")
        self._phase, self._last = phase, now

    def queued(self, job: str) -> None:
        if self._ndjson:
            self._line({"event": "queued", "job": job})
        else:
            self._text(f"queued as {job}")

    def result(self, summary: Mapping[str, object]) -> None:
        if self._ndjson:
            self._line({"event": "result", **summary})
            return
        tables = summary["tables"]
        count = len(tables) if isinstance(tables, list) else 0
        self._text(
            f"Workspace {summary['workspace']}: {count} tables, {summary['rows']} rows,"
            f" {summary['examples']} example questions, {self._described(summary)}."
        )
        self._text(f"{summary['verified']}.")
        if isinstance(model := summary["model"], Mapping):
            self._text(_spent(model))
        rejected = summary["rejected_examples"]
        for entry in rejected if isinstance(rejected, list) else ():
            self._text(f"Rejected: {entry['question']} ({entry['reason']})")
        warnings = summary["warnings"]
        for warning in warnings if isinstance(warnings, list) else ():
            self._text(f"Warning: {warning}")

    def _described(self, summary: Mapping[str, object]) -> str:
        descriptions = summary["descriptions"]
        count = descriptions["columns"] if isinstance(descriptions, dict) else 0
        return f"{count} described columns"

    def error(self, error: ServerError) -> None:
        if self._ndjson:
            self._line(
                {
                    "event": "error",
                    "code": error.code,
                    "message": str(error),
                    "hint": error.hint,
                    "exit_code": int(error.exit_code),
                }
            )
            return
        self._text(f"{error}\nhint: {error.hint}")

    def _line(self, document: Mapping[str, object]) -> None:
        self._text(json.dumps(document))

    def _text(self, line: str) -> None:
        self._out.write(line.encode("utf-8", "replace").decode("utf-8") + "\n")
        self._out.flush()


def _spent(model: Mapping[str, object]) -> str:
    """Say what the descriptions of a language model cost, as far as its price is known."""
    cost = model["cost_usd"]
    price = f"${cost:.4f}" if isinstance(cost, float) else "price not known"
    tokens = f"{model['input_tokens']:,} tokens in, {model['output_tokens']:,} out"
    return f"{model['name']} described {model['columns']:,} columns: {tokens}, {price}."


def interrupted() -> ServerError:
    """Return the error of an import that was told to stop."""
    return ServerError(
        "The import was interrupted; nothing was kept.",
        hint="Run the same command again.",
        code="interrupted",
        exit_code=ExitCode.INTERRUPTED,
    )

"""What became of each fault at each step: kept in a file that a page of the docs is made of."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from e2e.fault_plans import place

CELL = "cell"
"""The property of a test's report: plan, step, fault, and the command that came afterwards."""
OUTCOMES = {"passed": "healthy, data equal", "failed": "FAILED", "error": "FAILED"}

Outcomes = dict[tuple[str, str, str, str], str]


def gathered(stats: Mapping[str, Sequence[Any]]) -> Outcomes:
    """The cells among the reports of a run."""
    return {
        cell: said
        for word, said in OUTCOMES.items()
        for report in stats.get(word, ())
        for cell in _cells(report)
    }


def _cells(report: Any) -> Iterator[tuple[str, str, str, str]]:  # noqa: ANN401 - pytest's own
    for name, value in getattr(report, "user_properties", ()):
        if name == CELL:
            plan, step, fault, ending = value
            yield plan, step, fault, ending


def keep(file: Path, found: Outcomes) -> None:
    """Write the cells of a whole run in place of those of the run before."""
    lines = [json.dumps([*cell, found[cell]]) for cell in sorted(found, key=place)]
    file.write_text("[\n" + ",\n".join(lines) + "\n]\n")


def summary(stats: Mapping[str, Sequence[Any]]) -> str:
    """One line; what had an error, or could not be tried, failed."""
    failed = sum(len(stats.get(word, ())) for word in ("failed", "error", "skipped"))
    return f"{len(stats.get('passed', ()))} passed, {failed} failed"


def table(found: Outcomes) -> str:
    """Steps x faults x outcome, a line each."""
    return "\n".join(f"{' | '.join(cell)} | {said}" for cell, said in found.items())

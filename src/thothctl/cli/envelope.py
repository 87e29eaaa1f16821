"""What a command has to say, and the one JSON document that says it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console

from thothctl.errors import ExitCode, ThothctlError
from thothctl.model.finding import Finding

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Rows:
    """An answer that is a table."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a command: data for scripts, `show` for people, `rows` for spreadsheets."""

    data: Mapping[str, object] = field(default_factory=dict)
    show: Callable[[Console], None] = lambda _: None
    exit_code: ExitCode = ExitCode.OK
    checks: Sequence[Finding] = ()
    warnings: Sequence[str] = ()
    error: ThothctlError | None = None
    rows: Rows | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as the envelope carries it."""

    code: str
    message: str
    hint: str
    exit_code: int
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """Which command ran, for what, since when."""

    command: str
    install: str | None
    operation: str | None
    started: datetime
    ended: datetime


def document(call: Call, outcome: Outcome, failure: Failure | None) -> dict[str, object]:
    """The envelope of contract version 1."""
    exit_code: int = failure.exit_code if failure else outcome.exit_code
    error = (
        {"code": failure.code, "message": failure.message, "hint": failure.hint}
        if failure
        else None
    )
    elapsed = call.ended - call.started
    return {
        "schema_version": SCHEMA_VERSION,
        "command": call.command,
        "ok": exit_code == ExitCode.OK,
        "exit_code": int(exit_code),
        "code": failure.code if failure else outcome.exit_code.name.lower(),
        "install": call.install,
        "operation_id": call.operation,
        "started_at": call.started.isoformat(timespec="milliseconds"),
        "duration_ms": max(0, round(elapsed.total_seconds() * 1000)),
        "data": dict(outcome.data),
        "checks": [_check(finding) for finding in outcome.checks],
        "warnings": list(outcome.warnings),
        "errors": [error] if error else [],
    }


def _check(finding: Finding) -> dict[str, str]:
    return {
        "probe": finding.probe,
        "verdict": finding.verdict.value,
        "summary": finding.summary,
        "hint": finding.hint,
    }


def encoded(value: object) -> str:
    """One line of JSON."""
    return json.dumps(value, ensure_ascii=False, default=str)

"""Where exceptions become text and exit codes, here and nowhere else."""

import csv
import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from thothctl.cli.envelope import Call, Failure, Outcome, document, encoded
from thothctl.cli.session import Output, Session
from thothctl.errors import ExitCode, ThothctlError

TRACEBACKS = 2
log = logging.getLogger("thothctl")


def conduct(session: Session, name: str, body: Callable[[], Outcome]) -> int:
    """Run a command's body; answer in the chosen form; return the exit code."""
    started = session.world.clock.now()
    outcome, failure = _attempt(session, body)
    call = Call(name, _install(session), session.operation, started, session.world.clock.now())
    whole = document(call, outcome, failure)
    if session.options.log_file:
        with Path(session.options.log_file).open("a", encoding="utf-8") as stream:
            stream.write(encoded(whole) + "\n")
    _answer(session, outcome, failure, whole)
    return int(failure.exit_code if failure else outcome.exit_code)


def _attempt(session: Session, body: Callable[[], Outcome]) -> tuple[Outcome, Failure | None]:
    try:
        outcome = body()
    except KeyboardInterrupt as error:
        return Outcome(), failure_of(error)
    except Exception as error:  # noqa: BLE001 - the boundary: whatever it is, the user hears of it
        _trace(session)
        return Outcome(), failure_of(error)
    return outcome, failure_of(outcome.error) if outcome.error else None


def failure_of(error: BaseException) -> Failure:
    """What people are told of it."""
    if isinstance(error, ThothctlError):
        return Failure(error.code, error.message, error.hint, error.exit_code, error.quiet)
    if isinstance(error, KeyboardInterrupt):
        hint = "run the same command again; it starts clean or goes on where it stopped"
        return Failure("interrupted", "interrupted", hint, ExitCode.INTERRUPTED)
    message = f"this is a bug in thothctl: {type(error).__name__}: {error}"
    hint = "run it again with -vv and report what it prints"
    return Failure("internal", message, hint, ExitCode.INTERNAL)


def _trace(session: Session) -> None:
    if session.options.verbose >= TRACEBACKS:
        session.stderr.print(traceback.format_exc(), markup=False, style="dim")


def _install(session: Session) -> str | None:
    try:
        return session.install
    except ThothctlError:
        return session.chosen


def _answer(
    session: Session, outcome: Outcome, failure: Failure | None, whole: dict[str, object]
) -> None:
    if session.options.output.is_document:
        print(encoded(whole), flush=True)  # noqa: T201 - the answer
        return
    if session.options.output is not Output.CSV:
        outcome.show(session.stdout)
    elif outcome.rows:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([outcome.rows.columns, *outcome.rows.rows])
    for warning in outcome.warnings:
        session.stderr.print("[yellow]warning:[/] ", end="")
        session.stderr.print(warning, markup=False, soft_wrap=True)
    if failure and not failure.quiet:
        show_failure(session, failure)


def show_failure(session: Session, failure: Failure) -> None:
    """One sentence of what happened, one hint."""
    session.stderr.print("[bold red]error:[/] ", end="")
    session.stderr.print(failure.message, markup=False, soft_wrap=True)
    session.stderr.print("[bold cyan]hint:[/] ", end="")
    session.stderr.print(failure.hint, markup=False, soft_wrap=True)

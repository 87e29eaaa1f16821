"""`thothctl logs`: what the services wrote, merged by time."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console

from thothctl.cli.envelope import Outcome, encoded
from thothctl.cli.options import command
from thothctl.cli.session import Output, Session
from thothctl.errors import InvalidInputError
from thothctl.operations.logs import LogRequest, Told, follow, past

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
AGO = re.compile(r"(\d+)([smhd])")

Names = Annotated[
    list[str] | None, typer.Argument(metavar="SERVICE…", help="Only these; all otherwise.")
]
Named = Annotated[
    list[str] | None, typer.Option("--service", metavar="NAME", help="As the argument.")
]
Follow = Annotated[bool, typer.Option("--follow", "-f", metavar="", help="Keep showing new lines.")]
Tail = Annotated[
    int, typer.Option("--tail", min=0, metavar="LINES", help="How many lines of the past.")
]
Since = Annotated[
    str, typer.Option("--since", metavar="WHEN", help="10m, 2h, 1d, or a date and time.")
]
Grep = Annotated[
    str, typer.Option("--grep", metavar="PATTERN", help="Only lines that match this expression.")
]


@command
def logs(  # noqa: PLR0913, PLR0917 - typer reads the signature
    session: Session,
    names: Names = None,
    service: Named = None,
    following: Follow = False,
    tail: Tail = 100,
    since: Since = "",
    grep: Grep = "",
) -> Outcome:
    """Show the services' log lines in the order they were written."""
    chosen = tuple(dict.fromkeys([*(names or ()), *(service or ())]))
    moment = _moment(since, session.world.clock.now()) if since else None
    request = LogRequest(chosen, tail, moment, _pattern(grep))
    if following and session.options.output is not Output.JSON:
        for told in follow(session.world, session.install, request):
            _say(session, told)
        return Outcome({"lines": []})
    lines = past(session.world, session.install, request)
    return Outcome(
        {"lines": [_data(told) for told in lines]}, lambda console: _show(console, lines)
    )


def _moment(text: str, now: datetime) -> datetime:
    if ago := AGO.fullmatch(text):
        return now - timedelta(**{UNITS[ago[2]]: int(ago[1])})
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(
            f"--since: {text} is no time", hint="give 10m, 2h, 1d or 2026-05-01T08:00"
        ) from error
    return given if given.tzinfo else given.astimezone(UTC)


def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error as error:
        raise InvalidInputError(
            f"--grep: {text} is no regular expression: {error}",
            hint="put a backslash before characters that are meant as they are",
        ) from error


def _data(told: Told) -> dict[str, str]:
    return {
        "service": told.service,
        "source": told.source,
        "at": told.line.at,
        "line": told.line.text,
    }


def _say(session: Session, told: Told) -> None:
    if session.options.output is Output.NDJSON:
        print(encoded({"event": "log", **_data(told)}), flush=True)  # noqa: T201 - an event
    else:
        _show(session.stdout, [told])


def _show(console: Console, lines: Sequence[Told]) -> None:
    for told in lines:
        console.print(f"{told.source} | {told.line.text}", markup=False, soft_wrap=True)

"""Options that every command takes, declared once."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from thothctl.cli.boundary import conduct
from thothctl.cli.envelope import Outcome
from thothctl.cli.session import Options, Output, Session

Install = Annotated[
    str | None, typer.Option("--install", metavar="NAME", help="Which installed stack is meant.")
]
OutputOption = Annotated[
    Output,
    typer.Option(
        "--output", metavar="FORMAT", help="table (or text), json, ndjson; csv where rows answer."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", metavar="", help="Take defaults, do not ask.")]
NonInteractive = Annotated[
    bool,
    typer.Option("--non-interactive", metavar="", help="Never ask; a missing answer is an error."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", "-n", metavar="", help="Show the plan and stop.")
]
Timeout = Annotated[
    int | None, typer.Option("--timeout", min=1, metavar="SECONDS", help="How long to wait.")
]
Verbose = Annotated[
    int,
    typer.Option(
        "--verbose", "-v", count=True, metavar="", help="More detail; -vv shows tracebacks."
    ),
]
LogFile = Annotated[
    str | None, typer.Option("--log-file", metavar="FILE", help="Write details to this file too.")
]

COMMON: dict[str, tuple[Any, object]] = {
    "install": (Install, None),
    "output": (OutputOption, Output.TEXT),
    "yes": (Yes, False),
    "non_interactive": (NonInteractive, False),
    "dry_run": (DryRun, False),
    "timeout": (Timeout, None),
    "verbose": (Verbose, 0),
    "log_file": (LogFile, None),
}


def command(function: Callable[..., Outcome], *, rows: bool = False) -> Callable[..., int]:
    """Make a Typer command of `function(session, …)`: adds the common options and the boundary.

    `rows` says that the answer is a table, which CSV can hold.
    """
    own = [p for p in inspect.signature(function).parameters.values() if p.name != "session"]

    @functools.wraps(function)
    def wrapper(ctx: typer.Context, **given: object) -> int:
        options = Options(**{name: given.pop(name) for name in COMMON})  # type: ignore[arg-type]  # typer parsed them
        if options.output is Output.CSV and not rows:
            raise typer.BadParameter("CSV holds rows only; use --output json")
        session = Session(options, ctx.obj)
        name = ctx.command_path.partition(" ")[2]
        return conduct(session, name, functools.partial(function, session, **given))

    common = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
        for name, (kind, default) in COMMON.items()
    ]
    context = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    wrapper.__signature__ = inspect.Signature([context, *parameters, *common])  # type: ignore[attr-defined]  # read by typer
    wrapper.__annotations__ = {p.name: p.annotation for p in (context, *parameters, *common)}
    return wrapper


rows_command = functools.partial(command, rows=True)
"""Like `command`, for an answer that is a table."""

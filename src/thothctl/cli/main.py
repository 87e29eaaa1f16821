"""Composition root and entry point."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any

from thothctl.errors import ExitCode
from thothctl.world import Report, World

Connect = Callable[[Report], World]


def connect(report: Report) -> World:
    """The real world; what it needs loads when it is first used."""
    from thothctl.adapters.world import RealWorld  # noqa: PLC0415 - start-up stays light

    return RealWorld(os.environ, version("thothctl"), report)


def main(argv: Sequence[str] | None = None, connect: Connect = connect) -> int:
    """Run one command; return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    if given == ["--version"]:
        print(f"thothctl {version('thothctl')}")  # noqa: T201 - the answer, without loading typer
        return ExitCode.OK
    command = _command()
    try:
        return int(
            command(args=given, prog_name="thothctl", obj=connect, standalone_mode=False) or 0
        )
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        message = str(error.format_message())
        if not message:  # a group without a command has shown its help
            return ExitCode.USAGE
        where = getattr(getattr(error, "ctx", None), "command_path", "thothctl")
        return _usage(given, message, where, connect)
    except (KeyboardInterrupt, EOFError):
        return ExitCode.INTERRUPTED


@cache
def _command() -> Callable[..., Any]:
    """The tree of commands; made once where one process runs many."""
    from typer.main import get_command  # noqa: PLC0415 - start-up stays light

    from thothctl.cli.app import app  # noqa: PLC0415

    return get_command(app)


def _usage(given: Sequence[str], message: str, command: str, connect: Connect) -> int:
    """A command line that Typer cannot read: the same envelope as any other failure."""
    from thothctl.cli.boundary import conduct  # noqa: PLC0415 - start-up stays light
    from thothctl.cli.envelope import Outcome  # noqa: PLC0415
    from thothctl.cli.session import Options, Output, Session  # noqa: PLC0415
    from thothctl.errors import UsageError  # noqa: PLC0415

    def refuse() -> Outcome:
        raise UsageError(message.rstrip("."), hint=f"see `{command} --help`")

    wanted = next((kind for kind in Output if _asks_for(given, kind)), Output.TEXT)
    return conduct(Session(Options(output=wanted), connect), given[0] if given else "", refuse)


def _asks_for(given: Sequence[str], kind: str) -> bool:
    return f"--output={kind}" in given or ("--output" in given and kind in given)


def run() -> None:
    """Console script."""
    sys.exit(main())

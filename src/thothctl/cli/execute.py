"""`thothctl exec` and `shell`: programs inside a service, with its own rights."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.errors import ProgramFailedError, UsageError
from thothctl.model.address import is_development
from thothctl.operations import running

ROOT = "0:0"
SOURCE = "/opt/thoth/app"
CLEAN = "env -i HOME=/tmp HYPOTHESIS_STORAGE_DIRECTORY=/tmp/hypothesis".split()
"""The tests make their own settings: those of the running server are kept from them."""
TESTS = (
    f'cd {SOURCE} && exec {" ".join(CLEAN)} PATH="$PATH" python3 -m pytest -p no:cacheprovider "$@"'
)
SHELL = ("sh", "-c", "command -v bash >/dev/null && exec bash || exec sh")

Service = Annotated[
    str, typer.Option("--service", metavar="NAME", help="The service; else the application.")
]
Root = Annotated[
    bool, typer.Option("--root", metavar="", help="As root; otherwise as the service's own user.")
]
Words = Annotated[
    list[str], typer.Argument(metavar="-- COMMAND…", help="The program and its arguments.")
]

Pytest = Annotated[
    list[str] | None,
    typer.Argument(metavar="-- ARGUMENTS…", help="For pytest: files, -k, -x; all tests otherwise."),
]


@command
def execute(session: Session, words: Words, service: Service = "", root: Root = False) -> Outcome:
    """Run a program inside a service; its exit code is the command's."""
    container, user = _target(session, service, root=root)
    return _run(session, container, words, user=user)


def _run(session: Session, container: str, words: Sequence[str], *, user: str = "") -> Outcome:
    if session.options.dry_run:
        return Outcome(
            {"command": [*words]}, lambda c: c.print(f"Would run {words[0]}.", markup=False)
        )
    if not session.options.output.is_document:
        return _passed_on(session.world.programs.attached(container, words, user=user), words)
    status, text = session.world.programs.captured(container, words, user=user)
    return _passed_on(status, words, {"output": text})


@command
def shell(session: Session, service: Service = "", root: Root = False) -> Outcome:
    """Open a shell inside a service; needs a terminal."""
    container, user = _target(session, service, root=root)
    if session.options.output.is_document or not session.world.host.has_terminal():
        raise UsageError(
            "a shell needs a terminal", hint="run one program: `thothctl exec -- COMMAND`"
        )
    return _passed_on(session.world.programs.attached(container, SHELL, user=user), SHELL)


@command
def run_tests(session: Session, words: Pytest = None) -> Outcome:
    """Run the server's tests inside the development container, on the mounted source."""
    current = running.active(session.world, session.install)
    if not is_development(current.release.settings):
        raise UsageError(
            f"{session.install} has no tests: they run in development",
            hint="set one up beside it: `thothctl setup --mode development --install dev`",
        )
    container, _ = _target(session, "", root=False)
    return _run(session, container, ["sh", "-c", TESTS, "pytest", *(words or ())])


def _target(session: Session, service: str, *, root: bool) -> tuple[str, str]:
    container = running.running_container(session.world, session.install, service)
    if container.runs_as_root and not root:
        raise UsageError(
            f"{container.service} runs as root", hint="say that it is meant: give --root"
        )
    return container.id, ROOT if root else ""


def _passed_on(status: int, words: Sequence[str], data: dict[str, object] | None = None) -> Outcome:
    whole = {"status": status, **(data or {})}

    def show(console: Console) -> None:
        """What the program had to say it has said."""

    if status == 0:
        return Outcome(whole, show)
    return Outcome(whole, show, error=ProgramFailedError(words[0], status))

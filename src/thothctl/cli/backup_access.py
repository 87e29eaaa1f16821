"""`thothctl backup access`: what gets backups into other places."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.errors import AnswerMissingError, UsageError
from thothctl.model.backup_access import ACCESS
from thothctl.model.secret import Secret
from thothctl.operations.steps import install_of

access = typer.Typer(
    name="access",
    help="Keep what gets backups into other places.",
    no_args_is_help=True,
)

Word = Annotated[str, typer.Argument(metavar="|".join(ACCESS), help="What it is.")]
FromFile = Annotated[
    Path | None, typer.Option("--from-file", metavar="FILE", help="A file that holds it.")
]
FromEnv = Annotated[
    str, typer.Option("--from-env", metavar="NAME", help="A variable that holds it.")
]


@command
def show(session: Session) -> Outcome:
    """Show which of them are kept; never the values."""
    stored = _stored(session)
    data = {"access": {word: word in stored for word in ACCESS}}

    def show_it(console: Console) -> None:
        for word in ACCESS:
            console.print(f"{'[green]✓[/]' if word in stored else '-'} {word}")

    return Outcome(data, show_it)


@command
def set_access(
    session: Session, word: Word, from_file: FromFile = None, from_env: FromEnv = ""
) -> Outcome:
    """Keep one of them as a secret of this install, from a file, a variable or standard input."""
    secret = _secret(word)
    install_of(session.world, session.install)
    if from_file is not None and from_env:
        raise UsageError("the value is given twice", hint="choose one source")
    value = _value(session, from_file, from_env)
    if not value.reveal().strip():
        raise AnswerMissingError(
            f"the value of {word} is empty", hint="give --from-file FILE or --from-env NAME"
        )
    if not session.options.dry_run:
        with session.locked("backup access set"):
            session.world.installs.drop_secret(session.install, secret)
            session.world.installs.keep_secret(session.install, secret, value)
    return _done(word, "kept")


@command
def remove(session: Session, word: Word) -> Outcome:
    """Remove one of them from this install."""
    secret = _secret(word)
    install_of(session.world, session.install)
    if not session.options.dry_run:
        with session.locked("backup access remove"):
            session.world.installs.drop_secret(session.install, secret)
    return _done(word, "removed")


for name, function in (("show", show), ("set", set_access), ("remove", remove)):
    access.command(name)(function)


def _stored(session: Session) -> set[str]:
    install_of(session.world, session.install)
    stored = session.world.installs.stored_secrets(session.install)
    return {word for word, secret in ACCESS.items() if secret in stored}


def _secret(word: str) -> str:
    if word not in ACCESS:
        raise UsageError(f"there is no access {word}", hint=f"give one of {', '.join(ACCESS)}")
    return ACCESS[word]


def _value(session: Session, file: Path | None, variable: str) -> Secret:
    from thothctl.adapters.key_sources import key_on_stdin, text_in_file  # noqa: PLC0415 - reads

    if file is not None:
        return text_in_file(file)
    if variable:
        return Secret(session.environment.get(variable, ""))
    return key_on_stdin()


def _done(word: str, what: str) -> Outcome:
    line = f"[green]✓[/] {word}: {what}"
    return Outcome({"access": word, "state": what}, lambda console: console.print(line))

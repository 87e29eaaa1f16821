"""`thothctl secrets`: list, set, rotate and check what must not be told."""

from pathlib import Path
from typing import Annotated

import typer

from thothctl.cli.envelope import Outcome, Rows
from thothctl.cli.options import command, rows_command
from thothctl.cli.secret_change import Installed, installed, provider_key, replace
from thothctl.cli.secret_files import export, import_file
from thothctl.cli.secret_input import Origin, given_value
from thothctl.cli.secrets_view import COLUMNS, secret_rows, secrets_data, show_secrets, state_of
from thothctl.cli.session import Session
from thothctl.cli.setup_view import show_checks
from thothctl.errors import CheckFailedError, UsageError
from thothctl.model.finding import Verdict
from thothctl.model.secret_spec import SecretSpec
from thothctl.operations.rotate import (
    changed,
    fetched,
    refuse_fetched,
    refuse_foreign,
    rotated,
    sources_of,
    spec_of,
)
from thothctl.operations.secret_checks import check_secrets

secrets = typer.Typer(name="secrets", help="List, rotate and check secrets.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a secret.")]
MaybeName = Annotated[str | None, typer.Argument(metavar="NAME", help="Name of a secret.")]
FromFile = Annotated[
    Path | None, typer.Option("--from-file", metavar="FILE", help="A file that holds the value.")
]
FromEnv = Annotated[
    str | None, typer.Option("--from-env", metavar="VARIABLE", help="A variable that holds it.")
]
Stdin = Annotated[bool, typer.Option("--stdin", metavar="", help="Read the value from a pipe.")]
All = Annotated[bool, typer.Option("--all", metavar="", help="Every secret that is generated.")]


@rows_command
def list_secrets(session: Session) -> Outcome:
    """List the secrets: what they are, who reads them, since when; never a value."""
    here = installed(session)
    found = state_of(session, here)
    rows = Rows(COLUMNS, secret_rows(found))
    return Outcome(secrets_data(found), lambda c: show_secrets(c, found), rows=rows)


@command
def set_secret(
    session: Session,
    name: Name,
    from_file: FromFile = None,
    from_env: FromEnv = None,
    stdin: Stdin = False,
) -> Outcome:
    """Give a secret a value of your own; everybody who uses it learns of it."""
    here = installed(session)
    spec = spec_of(here.stack, name)
    refuse_fetched(session.world, session.install, here.stack, [spec])
    value = given_value(session, spec, Origin(from_file, from_env, stdin))
    if spec.provider:
        return provider_key(session, here, spec, value)
    return replace(session, here, changed(session.world, session.install, {name: value}))


@command
def rotate(session: Session, name: MaybeName = None, everything: All = False) -> Outcome:
    """Generate a secret anew and change it wherever it is known, in one operation."""
    if (name is None) is not everything:
        raise UsageError("give the name of a secret, or --all", hint="see `thothctl secrets list`")
    here = installed(session)
    specs = _all(session, here) if name is None else [spec_of(here.stack, name)]
    refuse_fetched(session.world, session.install, here.stack, [] if everything else specs)
    specs = refuse_foreign(here.stack, here.current.release.settings, specs, skip=everything)
    new = rotated(session.world, session.install, specs)
    if everything and not session.options.dry_run:
        names = ", ".join(spec.name for spec in specs)
        session.confirm(f"Generate {names} of {session.install} anew?")
    return replace(session, here, new)


def _all(session: Session, here: Installed) -> list[SecretSpec]:
    """What is generated and in use; the place of an old value is filled by the new one's."""
    elsewhere = sources_of(session.world, session.install, here.stack)
    kept = here.stored - elsewhere - {spec.old_as for spec in here.stack.secrets}
    return [s for s in here.stack.secrets if s.name in kept and s.is_generated]


@command
def fetch(session: Session) -> Outcome:
    """Read secrets from where secret-sources.yaml says; who uses one that changed learns of it."""
    here = installed(session)
    settings = here.current.release.settings
    return replace(session, here, fetched(session.world, session.install, here.stack, settings))


@command
def check(session: Session) -> Outcome:
    """Check that every secret is there, closed to others, hard to guess and not too old."""
    here = installed(session)
    found = check_secrets(session.world, here.current)
    bad = [finding for finding in found if finding.verdict is Verdict.FAIL]
    error = None
    if bad:
        message = "; ".join(finding.summary for finding in bad)
        error = CheckFailedError(message, hint=bad[0].hint)
    data = {"good": not bad}
    return Outcome(data, lambda c: show_checks(c, found), checks=found, error=error)


for word, function in (
    ("list", list_secrets),
    ("set", set_secret),
    ("rotate", rotate),
    ("check", check),
    ("fetch", fetch),
    ("export", command(export)),
    ("import", command(import_file)),
):
    secrets.command(word)(function)

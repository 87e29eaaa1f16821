"""Options that several commands about backups take."""

from pathlib import Path
from typing import Annotated

import typer

from thothctl.cli.secret_files import VARIABLE, read_passphrase
from thothctl.cli.session import Session
from thothctl.model.backup import Engine, Head
from thothctl.operations.backup_opening import Opener, has_key

From = Annotated[
    str,
    typer.Option(
        "--from", metavar="PLACE", help="Where backups lie; else every place they were made in."
    ),
]
To = Annotated[
    str,
    typer.Option(
        "--to", metavar="PLACE", help="Where to keep it: a folder, sftp://… or s3://BUCKET/…"
    ),
]
EngineOption = Annotated[
    Engine | None,
    typer.Option(
        "--engine",
        metavar="archive|repository",
        help="One portable file, or a repository that keeps equal pieces once.",
    ),
]
Last = Annotated[int, typer.Option("--keep-last", metavar="N", help="The newest ones.")]
Daily = Annotated[int, typer.Option("--keep-daily", metavar="N", help="One of each day.")]
Weekly = Annotated[int, typer.Option("--keep-weekly", metavar="N", help="One of each week.")]
Monthly = Annotated[int, typer.Option("--keep-monthly", metavar="N", help="One of each month.")]
IdentityFile = Annotated[
    Path | None,
    typer.Option(
        "--identity-file", metavar="FILE", help="The private key of the recovery sheet, in a file."
    ),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="A file that holds the passphrase, or keyring:NAME; else THOTHCTL_PASSPHRASE.",
    ),
]


def opener_of(
    session: Session,
    head: Head,
    identity_file: Path | None,
    passphrase_file: Path | None,
    *,
    needed: bool = True,
) -> Opener:
    """What the user gave to open a backup with.

    Where no key is at hand, the environment counts, and if one is `needed`, whoever sits there is
    asked.
    """
    if identity_file is not None:
        from thothctl.adapters.key_sources import text_in_file  # noqa: PLC0415 - only when given

        return Opener(identity=text_in_file(identity_file))
    told = VARIABLE in session.environment or (needed and head.sealed and session.interactive)
    lacking = told and not has_key(session.world, session.install, head)
    if passphrase_file is not None or lacking:
        return Opener(passphrase=read_passphrase(session, passphrase_file))
    return Opener()

"""`thothctl secrets export` and `import`: all secrets in one encrypted file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from thothctl.cli.envelope import Outcome
from thothctl.cli.secret_change import installed, replace
from thothctl.cli.secret_input import typed
from thothctl.cli.session import Session
from thothctl.config.strength import PERSON_BITS, weakness
from thothctl.errors import AnswerMissingError, InvalidInputError, UsageError
from thothctl.model.secret import Secret
from thothctl.model.secret_spec import SecretSpec
from thothctl.operations.rotate import changed, refuse_weak

VARIABLE = "THOTHCTL_PASSPHRASE"
KEYRING = "keyring:"
"""Before the name under which a passphrase lies there; for people, a clock unlocks none."""

To = Annotated[Path, typer.Option("--to", metavar="FILE", help="The file to write.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A file that was exported.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="A file that holds it, or keyring:NAME; else THOTHCTL_PASSPHRASE or a question.",
    ),
]
Recipient = Annotated[
    str | None,
    typer.Option("--recipient", metavar="age1…", help="A public key of age or SSH, instead."),
]
Identity = Annotated[
    Path | None,
    typer.Option("--identity", metavar="FILE", help="The private key it was exported for."),
]


def export(
    session: Session, to: To, passphrase_file: PassphraseFile = None, recipient: Recipient = None
) -> Outcome:
    """Write every secret to a file that is encrypted with age."""
    from thothctl.adapters import age_file  # noqa: PLC0415 - loads the cipher

    here = installed(session)
    installs, name = session.world.installs, session.install
    known = {secret.name for secret in here.stack.secrets}
    values = {secret: installs.secret(name, secret) for secret in sorted(here.stored & known)}
    if to.exists():
        session.confirm(f"Replace {to}?")
    passphrase = Secret("") if recipient else new_passphrase(session, passphrase_file)
    if not session.options.dry_run:
        if recipient:
            age_file.seal_for_recipient(to, values, recipient)
        else:
            age_file.seal_for_passphrase(to, values, passphrase)
    data = {"file": str(to), "secrets": sorted(values)}
    line = f"✓ {len(values)} secrets are in {to}, encrypted"
    return Outcome(data, lambda console: console.print(line, markup=False, soft_wrap=True))


def import_file(
    session: Session,
    file: File,
    passphrase_file: PassphraseFile = None,
    identity: Identity = None,
) -> Outcome:
    """Take exported secrets back; everybody who uses one that changes learns of it."""
    from thothctl.adapters import age_file  # noqa: PLC0415 - loads the cipher

    here = installed(session)
    if identity is not None:
        found = age_file.open_with_identity(file, identity)
    else:
        found = age_file.open_with_passphrase(file, read_passphrase(session, passphrase_file))
    _refuse_unfit(here.stack.secrets, found, file)
    return replace(session, here, changed(session.world, session.install, found))


def _refuse_unfit(specs: tuple[SecretSpec, ...], found: Mapping[str, Secret], file: Path) -> None:
    known = {spec.name: spec for spec in specs}
    if unknown := sorted(set(found) - set(known)):
        raise InvalidInputError(
            f"{file} holds {', '.join(unknown)}, which this stack does not know",
            hint="nothing was changed; it was exported from another stack",
        )
    for name, value in found.items():
        refuse_weak(known[name], value)


def new_passphrase(session: Session, file: Path | None) -> Secret:
    """A passphrase for something new: long enough, and typed twice where it is typed."""
    passphrase = read_passphrase(session, file)
    told = file is not None or VARIABLE in session.environment
    if not told and typed("The passphrase again", "passphrase") != passphrase.reveal():
        raise UsageError("the two passphrases differ", hint="run it again")
    if why := weakness(passphrase.reveal().replace(" ", "_"), PERSON_BITS):
        raise InvalidInputError(
            f"this passphrase will not do: {why}; nothing was written",
            hint="take four or five words that do not belong together",
        )
    return passphrase


def read_passphrase(session: Session, file: Path | None) -> Secret:
    """From a file, the keyring, the environment or a terminal; raises AnswerMissingError."""
    text = _lying(file) if file is not None else session.environment.get(VARIABLE, "")
    if not text and file is None and session.interactive:
        text = typed("The passphrase", "passphrase")
    if not text:
        raise AnswerMissingError("no passphrase", hint=f"give --passphrase-file or set {VARIABLE}")
    return Secret(text)


def _lying(place: Path) -> str:
    from thothctl.adapters.files import translated  # noqa: PLC0415 - start-up stays light
    from thothctl.adapters.key_sources import text_in_keyring  # noqa: PLC0415 - when asked for

    if str(place).startswith(KEYRING):
        return text_in_keyring(str(place).removeprefix(KEYRING))
    with translated(f"read {place}"):
        return place.read_text(encoding="utf-8", errors="replace").rstrip("\r\n")

"""Reads the key that `thothctl keys set` stores, from where the user has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from thothctl.cli.given_keys import GivenKeys, KeySources
from thothctl.cli.session import Session
from thothctl.config.keys import TakenOver, clean_key, take_over
from thothctl.errors import AnswerMissingError, UsageError
from thothctl.model.provider import Provider
from thothctl.model.secret import Secret


@dataclass(frozen=True, slots=True)
class KeyOrigin:
    """What the command line says of where the key is."""

    file: Path | None = None
    stdin: bool = False
    env_file: Path | None = None
    keyring: bool = False


def read_key(
    session: Session, provider: Provider, uses: Sequence[str], origin: KeyOrigin
) -> tuple[Secret | None, tuple[str, ...]]:
    """The key, or None where the stored one or none will do; and where it was taken from."""
    from thothctl.adapters.key_sources import key_in_file, key_on_stdin  # noqa: PLC0415

    if sum((origin.file is not None, origin.stdin, origin.env_file is not None)) > 1:
        raise UsageError("the key is given twice", hint="choose one source")
    if not provider.takes_key:
        return None, ()
    if origin.file is not None:
        return key_in_file(origin.file), ()
    if origin.stdin:
        return key_on_stdin(), ()
    if origin.env_file is not None:
        return _in_env_file(session, provider, uses, origin.env_file)
    return _lying_about(session, provider, uses, keyring=origin.keyring)


def _in_env_file(
    session: Session, provider: Provider, uses: Sequence[str], path: Path
) -> tuple[Secret, tuple[str, ...]]:
    from thothctl.adapters.key_sources import env_file  # noqa: PLC0415 - only when there is one

    taken: TakenOver = take_over(session.world.bundles.stack("thoth-ai"), env_file(path), str(path))
    found = [taken.own.get(provider.name), *(taken.key_for(provider, use) for use in uses)]
    key = next(filter(None, found), None)
    if key is None:
        names = ", ".join((*provider.variables, "LLM_API_KEY"))
        raise AnswerMissingError(f"{path} has no key of {provider.title}", hint=f"name it {names}")
    return key, (f"{path}: took the key of {provider.title}, nothing else",)


def _lying_about(
    session: Session, provider: Provider, uses: Sequence[str], *, keyring: bool
) -> tuple[Secret | None, tuple[str, ...]]:
    stored = session.world.installs.has_secret(session.install, provider.secret)
    given = GivenKeys(session, KeySources(keyring=keyring))
    names = (*provider.variables, *(f"THOTHCTL_{use.upper()}_API_KEY" for use in uses))
    variable = next((name for name in names if session.environment.get(name)), "")
    if keyring and (key := given.in_keyring(provider)):
        return key, tuple(given.notes.values())
    if session.interactive and (text := _typed(provider, variable, stored=stored)):
        return clean_key(text, "the key"), ()
    if variable:
        note = f"the key of {provider.title} is taken from {variable}"
        return clean_key(session.environment[variable], variable), (note,)
    if not stored and provider.needs_key:
        raise AnswerMissingError(
            f"no key for {provider.title}",
            hint=f"give --key-file or --stdin, or set {provider.variables[0]}",
        )
    return None, ()


def _typed(provider: Provider, variable: str, *, stored: bool) -> str:
    from thothctl.adapters.prompt_frame import View  # noqa: PLC0415 - only when somebody is asked
    from thothctl.adapters.prompts import type_in  # noqa: PLC0415 - as above

    taken = f"takes the one of {variable}" if variable else "keeps the stored one"
    known = bool(variable) or stored or not provider.needs_key
    view = View(
        f"The key of {provider.title}",
        label="API key",
        help=f"Hidden while you type.{f' Enter {taken}.' if variable or stored else ''}",
        first=True,
    )
    return str(
        type_in(view, "", lambda text: "" if text or known else "a key is needed", hidden=True)
    )

"""`thothctl keys`: store, check, list and remove the API keys of providers."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from thothctl.cli.change import Change, End, Result, carry
from thothctl.cli.envelope import Outcome
from thothctl.cli.key_input import KeyOrigin, read_key
from thothctl.cli.key_settings import keyed_with, known, requests_for, settings_with, uses_of
from thothctl.cli.keys_view import USE_NAMES, key_data, show_keys, show_stored
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.cli.setup_options import CaBundle, EnvFile, Keyring
from thothctl.cli.setup_view import show_notes
from thothctl.cli.wizard import refuse_invalid
from thothctl.config.settings import Layer, resolve
from thothctl.errors import CheckFailedError, NetworkError, ThothctlError
from thothctl.model.provider import (
    LOCAL,
    NONE,
    USES,
    KeyClass,
    KeyVerdict,
    Provider,
    provider_of,
)
from thothctl.model.stack import Stack
from thothctl.operations import running
from thothctl.operations.consequences import SetupRequest
from thothctl.operations.keys import Keyed, KeyPlace, check_places, places
from thothctl.probes import keys as probe

SECONDS = 90

keys = typer.Typer(name="keys", help="Store, check and remove API keys.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="PROVIDER", help="openai, anthropic, custom …")]
Names = Annotated[
    list[str] | None, typer.Argument(metavar="PROVIDER…", help="Only these; all otherwise.")
]
BaseUrl = Annotated[
    str | None, typer.Option("--base-url", metavar="URL", help="Address of the provider's API.")
]
Model = Annotated[str | None, typer.Option("--model", metavar="MODEL", help="The model to use.")]
KeyFile = Annotated[
    Path | None, typer.Option("--key-file", metavar="FILE", help="A file that holds the key.")
]
Stdin = Annotated[bool, typer.Option("--stdin", metavar="", help="Read the key from a pipe.")]
For = Annotated[
    str,
    typer.Option(
        "--for",
        metavar="llm|embedding|both|none",
        help="What the provider is used for from now on.",
    ),
]
NoCheck = Annotated[
    bool, typer.Option("--no-check", metavar="", help="Store the key without asking the provider.")
]


@command
def set_key(  # noqa: PLR0913, PLR0917 - typer reads the signature
    session: Session,
    name: Name,
    base_url: BaseUrl = None,
    model: Model = None,
    key_file: KeyFile = None,
    stdin: Stdin = False,
    use: For = "",
    no_check: NoCheck = False,
    env_file: EnvFile = None,
    keyring: Keyring = False,
    ca_bundle: CaBundle = None,
) -> Outcome:
    """Check a provider's key, store it, and start a release that answers with it."""
    if ca_bundle is not None:
        session.use_ca_bundle(ca_bundle)
    provider, uses = known(name), uses_of(name, use)
    current = running.active(session.world, session.install)
    stack = session.world.bundles.stack(current.install.stack)
    key, notes = read_key(session, provider, uses, KeyOrigin(key_file, stdin, env_file, keyring))
    wanted = settings_with(stack, current.release.settings, provider, uses, (base_url, model))
    keyed = keyed_with(session, wanted, provider, key)
    requests = requests_for(session, keyed, provider, uses, base_url or "")
    warnings = () if no_check else refuse_invalid(session, requests)
    show_notes(session.stderr, notes)
    result = _carry(session, stack, current.install.stack, keyed)
    return replace(_outcome(session, result, provider, uses), warnings=warnings)


@command
def check(session: Session, names: Names = None, ca_bundle: CaBundle = None) -> Outcome:
    """Ask every provider whether its key is good; works with Docker down."""
    if ca_bundle is not None:
        session.use_ca_bundle(ca_bundle)
    chosen = [known(name).name for name in names or ()]
    found = places(session.world, session.install)
    wanted = [p for p in found if not chosen or p.request.provider.name in chosen]
    told = check_places(session.world, wanted)
    here = {place.request.provider.name for place, _ in told}
    if absent := [name for name in chosen if name not in here]:
        raise CheckFailedError(
            f"no key of {', '.join(absent)} is stored", hint=f"run `thothctl keys set {absent[0]}`"
        )
    data = {"keys": [key_data(session, place, verdict) for place, verdict in told]}
    return Outcome(data, lambda c: show_keys(c, told), error=_error(told))


@command
def list_keys(session: Session) -> Outcome:
    """List the providers in use and the keys that are stored; asks nobody."""
    found = places(session.world, session.install)
    data = {"keys": [key_data(session, place, None) for place in found]}
    return Outcome(data, lambda c: show_stored(c, found))


@command
def remove(session: Session, name: Name) -> Outcome:
    """Remove a provider's key; where it is in use, its use ends with a new release."""
    provider = known(name)
    current = running.active(session.world, session.install)
    stack = session.world.bundles.stack(current.install.stack)
    if not session.world.installs.has_secret(session.install, provider.secret):
        raise CheckFailedError(
            f"no key of {provider.title} is stored", hint="see `thothctl keys list`"
        )
    before = stack.complete(current.release.settings)
    used = [use for use in USES if provider_of(before, use) == provider]
    ended = {f"{use}_provider": NONE if use == "llm" else LOCAL for use in used}
    settings = resolve(stack, [Layer("this command", ended), Layer("the settings", before)]).values
    if not session.options.dry_run:
        purpose = f", used for {' and '.join(used)}," if used else ""
        session.confirm(f"Remove the key of {provider.title}{purpose} from {session.install}?")
    result = _carry(session, stack, current.install.stack, Keyed(settings), (provider.secret,))
    if result.end is not End.DONE:
        return result.outcome
    line = f"[green]✓[/] the key of {provider.title} is removed"
    return Outcome({"provider": name, "ended": used}, lambda c: c.print(line))


for word, function in (("set", set_key), ("check", check), ("list", list_keys), ("remove", remove)):
    keys.command(word)(function)


def _carry(
    session: Session, stack: Stack, reference: str, keyed: Keyed, unwanted: tuple[str, ...] = ()
) -> Result:
    request = SetupRequest(
        session.install,
        reference,
        keyed.settings,
        seconds=session.options.timeout or SECONDS,
        offered=tuple(keyed.new),
        unwanted=unwanted,
    )
    return carry(session, Change(stack, request, keyed.new, command="keys"))


def _outcome(
    session: Session, result: Result, provider: Provider, uses: tuple[str, ...]
) -> Outcome:
    if result.end not in {End.DONE, End.NOTHING}:
        return result.outcome
    current = running.active(session.world, session.install)
    changed = result.end is End.DONE
    data = {
        "changed": changed,
        "provider": provider.name,
        "for": uses,
        "release": current.release.number,
        "url": current.url,
    }
    purpose = " and ".join(USE_NAMES[use] for use in uses) or "no use yet"
    line = (
        f"[green]✓[/] {provider.title} is set for {purpose}, release {current.release.number}"
        if changed
        else f"Nothing to do: {provider.title} is set like this already"
    )
    return Outcome(data, lambda console: console.print(line), checks=result.findings)


def _error(told: Sequence[tuple[KeyPlace, KeyVerdict]]) -> ThothctlError | None:
    """A key that is bad weighs more than a network that is away."""
    away = {KeyClass.NETWORK, KeyClass.PROXY}
    bad = [(p, v) for p, v in told if not v.usable and v.kind not in away]
    lost = [(p, v) for p, v in told if v.kind in away]
    if not bad and not lost:
        return None
    place, verdict = (bad or lost)[0]
    provider = place.request.provider
    message = "; ".join(f"{p.request.provider.title}: {v.detail}" for p, v in bad or lost)
    hint = probe.advice(provider.name, verdict.kind)
    return (CheckFailedError if bad else NetworkError)(message, hint=hint)

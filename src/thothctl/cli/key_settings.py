"""From the words of `thothctl keys set` to the settings, the key and the check they mean."""

from collections.abc import Mapping

from thothctl.cli.session import Session
from thothctl.cli.wizard import refuse_incomplete, refuse_without_key
from thothctl.config.settings import Layer, resolve
from thothctl.errors import UsageError
from thothctl.model.provider import NONE, PROVIDERS, USES, KeyRequest, Provider, provider_of
from thothctl.model.secret import Secret
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Stack
from thothctl.operations.keys import Keyed, with_keys

FOR = {"llm": ("llm",), "embedding": ("embedding",), "both": USES, NONE: ()}


def known(name: str) -> Provider:
    """The provider of that name; raises UsageError with those there are."""
    if name not in PROVIDERS:
        raise UsageError(
            f"there is no provider {name}", hint=f"known: {', '.join(sorted(PROVIDERS))}"
        )
    return PROVIDERS[name]


def uses_of(name: str, chosen: str) -> tuple[str, ...]:
    """What the provider is set for; raises UsageError for what it cannot do."""
    provider = PROVIDERS[name]
    word = chosen or ("llm" if provider.chats else "embedding")
    if word not in FOR or not all(provider.serves(use) for use in FOR[word]):
        able = [use for use in USES if provider.serves(use)]
        raise UsageError(
            f"{provider.title} cannot be used for {word}", hint=f"give --for {' or '.join(able)}"
        )
    return FOR[word]


def settings_with(
    stack: Stack,
    before: Mapping[str, SettingValue],
    provider: Provider,
    uses: tuple[str, ...],
    told: tuple[str | None, str | None],
) -> Mapping[str, SettingValue]:
    """The installed settings with this provider in its uses; its own details stay."""
    base_url, model = told
    chosen: dict[str, object] = {}
    for use in uses:
        chosen |= {f"{use}_provider": provider.name, f"{use}_base_url": base_url}
        chosen[f"{use}_model"] = model if use == "llm" or len(uses) == 1 else None
    settings = resolve(
        stack, [Layer("the command line", chosen), Layer("the settings", stack.complete(before))]
    ).values
    refuse_incomplete(settings, "--base-url")
    return settings


def keyed_with(
    session: Session, settings: Mapping[str, SettingValue], provider: Provider, key: Secret | None
) -> Keyed:
    """The key is stored even where no use of its provider is chosen."""
    given = {u: key for u in USES if key and provider_of(settings, u) == provider}
    keyed = with_keys(session.world, session.install, settings, given)
    refuse_without_key(keyed)
    if key is None or given or not provider.takes_key:
        return keyed
    same = session.world.installs.has_secret(session.install, provider.secret) and (
        session.world.installs.secret(session.install, provider.secret) == key
    )
    return Keyed(keyed.settings, {} if same else {provider.secret: key})


def requests_for(
    session: Session, keyed: Keyed, provider: Provider, uses: tuple[str, ...], base_url: str
) -> list[KeyRequest]:
    """What is asked of the provider before anything changes: every use with its model."""
    installs, name = session.world.installs, session.install
    key = keyed.new.get(provider.secret)
    if key is None and installs.has_secret(name, provider.secret):
        key = installs.secret(name, provider.secret)
    if not uses:
        url = base_url or provider.base_url
        return [KeyRequest(provider, key, url)] if url else []
    values = keyed.settings
    return [
        KeyRequest(provider, key, str(values[f"{use}_base_url"]), str(values[f"{use}_model"]))
        for use in uses
    ]

"""Keys of providers: which are wanted, which are stored, and whether they are good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from thothctl.errors import InvalidInputError
from thothctl.model.finding import Finding
from thothctl.model.provider import (
    NONE,
    PROVIDERS,
    SKIPPED,
    STORED,
    USES,
    KeyRequest,
    KeyVerdict,
    Provider,
    provider_of,
)
from thothctl.model.secret import Secret
from thothctl.model.setting import SettingValue
from thothctl.operations.recover import unfinished
from thothctl.operations.steps import install_of
from thothctl.probes import keys as probe
from thothctl.world import World


@dataclass(frozen=True, slots=True)
class Keyed:
    """Settings that say what became of each key, the new values, and the uses left without one."""

    settings: Mapping[str, SettingValue]
    new: Mapping[str, Secret] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """One use of a key, or a key that is stored and not used (`use` is empty)."""

    use: str
    request: KeyRequest
    stored: bool


def settle(world: World, name: str) -> None:
    """Drop what an operation left beside the secrets, unless one still waits to go on."""
    if unfinished(world, name) is None:
        world.installs.settle_secrets(name)
        world.restores.drop_key(name)


def with_keys(
    world: World, name: str, settings: Mapping[str, SettingValue], given: Mapping[str, Secret]
) -> Keyed:
    """Decide for each use: a new key, the stored one, none needed, skipped, or missing."""
    chosen, new, missing = dict(settings), dict[str, Secret](), list[str]()
    for use in USES:
        provider = provider_of(settings, use)
        if f"{use}_key" not in settings:
            continue
        if provider is None or not provider.takes_key:
            chosen[f"{use}_key"] = NONE
            continue
        if use in given:
            _add(new, provider, given[use])
        if provider.secret in new or is_stored(world, name, provider):
            chosen[f"{use}_key"] = STORED
        elif settings.get(f"{use}_key") == SKIPPED:
            continue
        elif provider.needs_key:
            missing.append(use)
        else:
            chosen[f"{use}_key"] = NONE
    changed = {s: value for s, value in new.items() if not _same(world, name, s, value)}
    return Keyed(chosen, changed, tuple(missing))


def _add(new: dict[str, Secret], provider: Provider, key: Secret) -> None:
    if new.get(provider.secret, key) != key:
        raise InvalidInputError(
            f"two different keys of {provider.title} are given",
            hint="one key a provider is kept; use a gateway as `custom` for the other",
        )
    new[provider.secret] = key


def is_stored(world: World, name: str, provider: Provider) -> bool:
    """There is a key, or one that a setup which was cut off goes on with."""
    pending = unfinished(world, name) is not None
    return world.installs.has_secret(name, provider.secret, offered=pending)


def _same(world: World, name: str, secret: str, value: Secret) -> bool:
    return world.installs.has_secret(name, secret) and world.installs.secret(name, secret) == value


def places(world: World, name: str) -> tuple[KeyPlace, ...]:
    """Every use that calls a provider, then the stored keys nobody uses."""
    install = install_of(world, name)
    described = world.bundles.stack(install.stack)
    settings = described.complete(world.installs.settings(name) or {})
    used = [_place(world, name, settings, use) for use in USES if provider_of(settings, use)]
    busy = {place.request.provider.name for place in used}
    idle = [one for one in PROVIDERS.values() if one.takes_key and one.name not in busy]
    spare = [
        KeyPlace("", KeyRequest(one, world.installs.secret(name, one.secret)), stored=True)
        for one in idle
        if world.installs.has_secret(name, one.secret) and one.base_url
    ]
    return (*used, *spare)


def _place(world: World, name: str, settings: Mapping[str, SettingValue], use: str) -> KeyPlace:
    provider = provider_of(settings, use) or PROVIDERS["custom"]
    stored = provider.takes_key and world.installs.has_secret(name, provider.secret)
    request = KeyRequest(
        provider,
        world.installs.secret(name, provider.secret) if stored else None,
        str(settings[f"{use}_base_url"]),
        str(settings[f"{use}_model"]),
    )
    return KeyPlace(use, request, stored=stored)


def check_places(
    world: World, found: Sequence[KeyPlace]
) -> tuple[tuple[KeyPlace, KeyVerdict], ...]:
    """Each key with what its provider says of it now."""
    return tuple(zip(found, probe.check(world, [p.request for p in found]), strict=True))


def findings(world: World, name: str, *, deep: bool) -> tuple[Finding, ...]:
    """A finding for a key that was skipped; with `deep` one for every key, asked live."""
    found = places(world, name)
    if not deep:
        found = tuple(p for p in found if p.request.provider.needs_key and not p.stored)
    return tuple(probe.finding(p.use, p.request, v) for p, v in check_places(world, found))

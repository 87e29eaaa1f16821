"""Reads keys and `.env` files as users have them, and says what it took."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thothctl.errors import InvalidInputError
from thothctl.model.provider import PROVIDERS, USES, Provider
from thothctl.model.secret import Secret
from thothctl.model.setting import SettingKind
from thothctl.model.stack import Stack

LONGEST_KEY = 4096
OTHER_NAMES = {
    "ADMIN_EMAIL": "admin_email",
    "PORT": "port",
    "BIND": "bind",
    "DEMO": "demo",
    "DEPLOYMENT_MODE": "mode",
    **{
        f"{use}_{what}".upper(): f"{use}_{what}"
        for use in USES
        for what in ("provider", "base_url", "model")
    },
}
"""Names that people have in an .env of their own, beside THOTH_* and THOTHCTL_*."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What an .env file answers; `own` keys are by provider, `general` ones by use."""

    settings: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, Secret] = field(default_factory=dict)
    general: Mapping[str, Secret] = field(default_factory=dict)
    took: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    def key_for(self, provider: Provider, use: str) -> Secret | None:
        """The provider's own key, else the general one unless the file means another provider."""
        meant = self.settings.get(f"{use}_provider", provider.name)
        general = self.general.get(use) if meant == provider.name else None
        return self.own.get(provider.name) or general


def clean_key(text: str, source: str) -> Secret:
    """A key as a header carries it; the error never repeats what was given."""
    key = text.removeprefix("\ufeff").strip()
    if not key:
        raise InvalidInputError(f"{source}: there is no key in it", hint="give the key, one line")
    if len(key) > LONGEST_KEY or not all("!" <= c <= "~" for c in key):
        raise InvalidInputError(
            f"{source}: this is no key: it has spaces, line breaks or letters no key has",
            hint="give the key alone, on one line, as the provider shows it",
        )
    return Secret(key)


def take_over(stack: Stack, found: Mapping[str, str | None], source: str) -> TakenOver:
    """Sort the names of an .env file; raises InvalidInputError for a key that is none."""
    filled = {name: value for name, value in found.items() if value}
    settings, took = _settings(stack, filled)
    own = {
        one.name: clean_key(filled[name], f"{source}: {name}")
        for one in PROVIDERS.values()
        for name in reversed(one.variables)
        if name in filled
    }
    general = {
        use: clean_key(filled[name], f"{source}: {name}")
        for use in USES
        if (name := f"{use.upper()}_API_KEY") in filled
    }
    took |= {name for one in PROVIDERS.values() for name in one.variables if name in filled}
    took |= {f"{use.upper()}_API_KEY" for use in general}
    talkers = [name for name in own if PROVIDERS[name].chats]
    if "llm_provider" not in settings and len(talkers) == 1:
        settings["llm_provider"] = talkers[0]
    ignored = [name for name in found if name not in took]
    return TakenOver(settings, own, general, tuple(n for n in found if n in took), tuple(ignored))


def _settings(stack: Stack, filled: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
    """The settings by key, and the names they came from; our own names win."""
    names = {name: key for name, key in OTHER_NAMES.items() if name in filled}
    for setting in stack.settings:
        for name in (f"THOTH_{setting.word}", setting.variable):
            if name in filled and setting.kind is not SettingKind.KEY:
                names[name] = setting.key
    known = {setting.key for setting in stack.settings}
    return {key: filled[name] for name, key in names.items() if key in known}, set(names)

"""Asks for a key without showing it, and checks it before going on."""

from collections.abc import Mapping
from dataclasses import replace

from thothctl.adapters.prompt_frame import BACK, View
from thothctl.adapters.prompts import type_in
from thothctl.cli.given_keys import GivenKeys
from thothctl.cli.session import Session
from thothctl.config.keys import clean_key
from thothctl.errors import InvalidInputError
from thothctl.model.provider import (
    NONE,
    SKIPPED,
    STORED,
    USES,
    KeyClass,
    KeyRequest,
    KeyVerdict,
    Provider,
    provider_of,
)
from thothctl.model.secret import Secret
from thothctl.model.setting import Setting, SettingValue
from thothctl.operations.keys import is_stored
from thothctl.probes import keys as probe


class KeyQuestion:
    """Keys typed so far, what providers said of them, and the models they list."""

    def __init__(self, session: Session, given: GivenKeys) -> None:
        self._session, self._given = session, given
        self._typed: dict[str, Secret] = {}
        self._verdicts: dict[tuple[str, str], KeyVerdict] = {}
        self.notes: dict[str, str] = {}
        self.sources: dict[str, str] = {}

    def given_for(self, values: Mapping[str, SettingValue]) -> dict[str, Secret]:
        """The typed key of each use that has one."""
        pairs = {use: provider_of(values, use) for use in USES}
        return {u: self._typed[p.name] for u, p in pairs.items() if p and p.name in self._typed}

    def ask(self, setting: Setting, view: View, values: Mapping[str, SettingValue]) -> object:
        """`stored`, `skipped`, `none` or BACK; a key that is refused is asked for again."""
        use = setting.key.partition("_")[0]
        provider = provider_of(values, use)
        if provider is None:
            return NONE
        known, said = self._known(provider, use, values)
        error = ""
        while True:
            help_text = f"Hidden while you type. Enter {said}."
            text = type_in(replace(view, error=error, help=help_text), "", _wrong, hidden=True)
            if text is BACK:
                return BACK
            key = clean_key(str(text), "the key") if text else known
            if key is None:
                return self._without(setting, provider)
            verdict = self._check(provider, key, values, use)
            if verdict.kind is not KeyClass.INVALID:
                self._keep(setting, provider, key, verdict)
                source = "" if text else self._given.notes.get(provider.name, "")
                self.sources |= {provider.name: source}
                return STORED
            error = verdict.detail
            known, said = (None, _skips(provider)) if key == known else (known, said)

    def _known(
        self, provider: Provider, use: str, values: Mapping[str, SettingValue]
    ) -> tuple[Secret | None, str]:
        """The key that Enter takes, and what to say of it."""
        installs, name = self._session.world.installs, self._session.install
        if provider.name in self._typed:
            return self._typed[provider.name], "keeps the one you gave"
        told = self._given.for_settings(values).get(use)
        if told is not None:
            return told, f"takes the one of {self._given.variable_of(provider) or 'your files'}"
        if is_stored(self._session.world, name, provider) and installs.has_secret(
            name, provider.secret
        ):
            return installs.secret(name, provider.secret), "keeps the stored one"
        return None, _skips(provider)

    def _keep(self, setting: Setting, provider: Provider, key: Secret, verdict: KeyVerdict) -> None:
        self._typed[provider.name] = key
        self.notes[setting.key] = (
            "checked" if verdict.kind is KeyClass.VALID else f"not proved: {verdict.detail}"
        )

    def _without(self, setting: Setting, provider: Provider) -> str:
        self.notes.pop(setting.key, None)
        return SKIPPED if provider.needs_key else NONE

    def _check(
        self, provider: Provider, key: Secret | None, values: Mapping[str, SettingValue], use: str
    ) -> KeyVerdict:
        base_url = str(values[f"{use}_base_url"])
        request = KeyRequest(provider, key, base_url)
        with self._session.stderr.status(f"Asking {provider.title} …", spinner="dots"):
            (verdict,) = probe.check(self._session.world, [request])
        self._verdicts[provider.name, base_url] = verdict
        return verdict

    def models(self, use: str, values: Mapping[str, SettingValue]) -> tuple[str, ...]:
        """The provider's list, where it can be had."""
        provider = provider_of(values, use)
        if provider is None or values[f"{use}_key"] == SKIPPED:
            return ()
        place = (provider.name, str(values[f"{use}_base_url"]))
        if place not in self._verdicts:
            self._check(provider, self._typed.get(provider.name), values, use)
        return self._verdicts[place].models


def _skips(provider: Provider) -> str:
    return "skips it for now" if provider.needs_key else "goes without"


def _wrong(text: str) -> str:
    try:
        if text:
            clean_key(text, "here")
    except InvalidInputError as error:
        return error.message.removeprefix("here: ")
    return ""

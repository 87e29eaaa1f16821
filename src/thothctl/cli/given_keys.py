"""Gathers keys from where users have them; a value is never printed, named is only its source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from thothctl.cli.session import Session
from thothctl.config.keys import TakenOver, clean_key
from thothctl.errors import UsageError
from thothctl.model.provider import USES, Provider, provider_of
from thothctl.model.secret import Secret
from thothctl.model.setting import SettingValue
from thothctl.operations.keys import is_stored


@dataclass(frozen=True, slots=True)
class KeySources:
    """Where setup was told to look: files by use, standard input, an .env file, the keyring."""

    files: Mapping[str, Path] = field(default_factory=dict)
    stdin: bool = False
    taken: TakenOver = field(default_factory=TakenOver)
    keyring: bool = False


class GivenKeys:
    """Reads each source once; finds the key for a use of the chosen provider."""

    def __init__(self, session: Session, sources: KeySources) -> None:
        self._session, self._sources = session, sources
        self._told: dict[str, Secret] = {}
        self.notes: dict[str, str] = {}
        if sources.stdin and "llm" in sources.files:
            raise UsageError("the key is given twice", hint="choose --llm-key-file or the pipe")

    def for_settings(self, settings: Mapping[str, SettingValue]) -> dict[str, Secret]:
        """The new key of each use that has one; what is told here beats what lies about."""
        told = {use: key for use in USES if (key := self._explicit(settings, use))}
        busy = {one.name for use in told if (one := provider_of(settings, use))}
        lying = {
            use: key
            for use in USES
            if (one := provider_of(settings, use))
            and one.name not in busy
            and (key := self.lying_about(one))
        }
        return {**lying, **told}

    def _explicit(self, settings: Mapping[str, SettingValue], use: str) -> Secret | None:
        provider = provider_of(settings, use)
        if provider is None or not provider.takes_key:
            return None
        if use not in self._told and (key := self._tell(use, provider)):
            self._told[use] = key
        return self._told.get(use)

    def _tell(self, use: str, provider: Provider) -> Secret | None:
        from thothctl.adapters.key_sources import key_in_file, key_on_stdin  # noqa: PLC0415

        if use in self._sources.files:
            return key_in_file(self._sources.files[use])
        if use == "llm" and self._sources.stdin:
            return key_on_stdin()
        variable = f"THOTHCTL_{use.upper()}_API_KEY"
        if text := self._session.environment.get(variable):
            self._note(provider, f"is taken from {variable}")
            return clean_key(text, variable)
        return self._sources.taken.key_for(provider, use)

    def _note(self, provider: Provider, what: str) -> None:
        self.notes[provider.name] = f"the key of {provider.title} {what}"

    def lying_about(self, provider: Provider) -> Secret | None:
        """The provider's own variable, or the keyring; they never replace a key that is stored."""
        if not provider.takes_key or is_stored(
            self._session.world, self._session.install, provider
        ):
            return None
        variable = self.variable_of(provider)
        if variable:
            self._note(provider, f"is taken from {variable}")
            return clean_key(self._session.environment[variable], variable)
        return self.in_keyring(provider) if self._sources.keyring else None

    def variable_of(self, provider: Provider) -> str:
        """The variable of the environment that holds this provider's key, or nothing."""
        return next((v for v in provider.variables if self._session.environment.get(v)), "")

    def in_keyring(self, provider: Provider) -> Secret | None:
        """The keyring's key, copied: the container cannot ask a keyring."""
        from thothctl.adapters.key_sources import key_in_keyring  # noqa: PLC0415 - when asked for

        key = key_in_keyring(provider.secret)
        if key is not None:
            self._note(provider, "is copied from the keyring into a secret file")
        return key

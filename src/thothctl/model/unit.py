"""What the machine is to do by itself for an install."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from thothctl.model.setting import SettingValue
from thothctl.model.stack import plain


@dataclass(frozen=True, slots=True)
class Chore:
    """A command that is run by the clock, in the words of systemd and of cron."""

    name: str
    title: str
    command: tuple[str, ...]
    calendar: str
    cron: str
    delay: str
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit: str = "30min"

    def makes_sense(self, settings: Mapping[str, SettingValue]) -> bool:
        """The settings are those that it is for."""
        return all(plain(settings.get(key, "")) in values for key, values in self.when.items())


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """Where unit files lie: the machine's, or those of one account; below another `root`."""

    for_user: bool = False
    root: Path | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """An account of this machine."""

    name: str
    uid: int
    may_use_docker: bool


@dataclass(frozen=True, slots=True)
class Caller:
    """How this very program is started again: its words, and what it has to know."""

    program: tuple[str, ...]
    environment: Mapping[str, str]
    account: Account

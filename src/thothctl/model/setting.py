"""One thing that the user of a stack chooses."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

SettingValue = str | int | bool
T = TypeVar("T")


class SettingKind(StrEnum):
    """How the text a user gives for a setting is read and checked."""

    CHOICE = "choice"
    PORT = "port"
    ADDRESS = "address"
    EMAIL = "email"
    BOOLEAN = "boolean"
    URL = "url"
    TEXT = "text"
    NUMBER = "number"
    SIZE = "size"
    """An amount of memory or disk as Docker writes it: 512m, 2g."""
    CPUS = "cpus"
    """A number of processors, fractions included: 0.5, 2."""
    KEY = "key"
    """What became of a key; the key itself is a secret and never a setting."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing the user chooses; flag, variable and answers-file key derive from `key`.

    One that `belongs_to` another starts anew when that changes, and is asked only `when` the other
    has one of these values, `unless` it has one of those. An `advanced` one is never asked and
    has no flag of its own: `--set`, its variable, an answers file and `config set` give it.
    """

    key: str
    kind: SettingKind
    question: str
    help: str
    default: SettingValue | None
    choices: tuple[str, ...] = ()
    group: str = ""
    belongs_to: str = ""
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    lowest: int = 0
    highest: int = 2**31 - 1
    advanced: bool = False
    was: tuple[str, ...] = ()
    """Keys that it had in older versions."""

    @property
    def optional(self) -> bool:
        return self.default == ""

    @property
    def flag(self) -> str:
        if self.advanced:
            return f"--set {self.key}"
        word = self.key.replace("_", "-")
        return f"--skip-{word}" if self.kind is SettingKind.KEY else f"--{word}"

    @property
    def variable(self) -> str:
        return f"THOTHCTL_{self.word}"

    @property
    def word(self) -> str:
        """The key as a part of the names of variables."""
        return re.sub(r"[.-]", "_", self.key).upper()

    def asked(self, values: Mapping[str, SettingValue]) -> bool:
        """The question makes sense after these answers."""
        other = str(values.get(self.belongs_to, ""))
        return (not self.when or other in self.when) and other not in self.unless


def renamed(settings: Sequence[Setting], values: Mapping[str, T]) -> dict[str, T]:
    """The values under the keys of today; one that is there already counts."""
    now = {old: setting.key for setting in settings for old in setting.was}
    passed = {old for old, key in now.items() if key in values}
    return {now.get(key, key): value for key, value in values.items() if key not in passed}

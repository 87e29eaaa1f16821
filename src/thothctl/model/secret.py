"""A credential that does not print itself."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Secret:
    """Wraps a credential; only an adapter about to use it may call `reveal`."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        return self._value

    def __str__(self) -> str:
        return "********"


@dataclass(frozen=True, slots=True)
class SecretFile:
    """The file of a secret from outside; `mode` holds its permission bits."""

    name: str
    mode: int
    bytes: int
    written: datetime


@dataclass(frozen=True, slots=True)
class SecretFolderFacts:
    """A folder of secrets: its permission bits, its files, and what else lies in it."""

    mode: int
    files: tuple[SecretFile, ...]
    others: tuple[str, ...] = ()

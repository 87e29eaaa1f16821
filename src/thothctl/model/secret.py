"""A credential that does not print itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


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


class Backend(StrEnum):
    """Where the value of a secret is kept by whoever runs the stack."""

    FILE = "file"
    ENV = "env"
    COMMAND = "command"
    VAULT = "vault"
    AGE = "age"


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where one secret's value is read; what the options mean is the backend's affair."""

    secret: str
    backend: Backend
    options: Mapping[str, str] = field(default_factory=dict)
    argv: tuple[str, ...] = ()
    seconds: int = 30

"""Where the data of a stack lies: volumes, and databases within them."""

import re
from dataclasses import dataclass
from enum import StrEnum

DATABASE = re.compile(r"[a-z_][a-z0-9_]{0,40}")


class SaveKind(StrEnum):
    """How a store's data is saved; every kind has its own backup."""

    POSTGRES = "postgres"
    SQLITE = "sqlite"
    QDRANT = "qdrant"
    CHROMA = "chroma"
    REDIS = "redis"
    FILES = "files"
    NOTHING = "nothing"
    """Not saved: what it holds is collected anew."""


@dataclass(frozen=True, slots=True)
class Store:
    """A place where user data lives."""

    name: str
    service: str
    path: str
    saved_as: SaveKind
    written_once: tuple[str, ...] = ()
    """Patterns of files that are only ever replaced, never changed in place."""
    migrated: tuple[str, ...] = ()
    """The modes in which migrations change its files."""


@dataclass(frozen=True, slots=True)
class Database:
    """A database that migrations change, in a server whose other databases they leave alone.

    It has generations of its own: the first is called `database`.
    """

    name: str
    store: str
    database: str

    def __post_init__(self) -> None:
        if not DATABASE.fullmatch(self.database):
            raise ValueError(f"{self.database!r} cannot be the name of a database")

    def called(self, generation: int) -> str:
        """What this generation of it is called in its server."""
        return self.database if generation == 1 else f"{self.database}_g{generation}"

    def generation(self, called: str) -> int | None:
        """The generation that is called so; None for what is another database."""
        if called == self.database:
            return 1
        number = called.removeprefix(f"{self.database}_g")
        found = int(number) if number != called and number.isdecimal() else 1
        return found if found > 1 and self.called(found) == called else None

    def left(self, called: str, served: int) -> bool:
        """It is a copy of another generation than the one that is served, whole or not."""
        if called == self.called(served):
            return False
        whole = called.removesuffix("_new")
        number = self.generation(whole)
        return number is not None and (number > 1 or whole == called)

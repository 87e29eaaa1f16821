"""What a file of rows gives, whatever its format is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

Value = str | int | float | bytes | None


class UnusableFileError(Exception):
    """A file cannot be read as what its name says; the message is for the user."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as SQLite will declare it."""

    name: str
    type: str


class Rows(Protocol):
    """The rows of one file, as often as they are asked for."""

    columns: Sequence[Column]

    def __iter__(self) -> Iterator[Sequence[Value]]: ...


def distinct(names: Iterable[str]) -> list[str]:
    """Return names that SQLite can tell apart; one that is missing is called by its place."""
    taken: set[str] = set()
    found = []
    for place, name in enumerate(names, start=1):
        plain = name.strip() or f"column_{place}"
        unique, number = plain, 2
        while unique.casefold() in taken:
            unique, number = f"{plain}_{number}", number + 1
        taken.add(unique.casefold())
        found.append(unique)
    return found

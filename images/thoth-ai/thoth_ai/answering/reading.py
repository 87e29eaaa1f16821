"""What every reader of an imported database takes and gives, whatever the database is."""

import math
from dataclasses import dataclass
from typing import Protocol

Value = str | int | float | None

LONGEST_SHOWN = 10_000


class QueryTimeoutError(Exception):
    """The query took longer than it may."""


class QueryFailedError(Exception):
    """The database could not, or was not allowed to, run the query."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a query may run, and how many rows and bytes of values it may give."""

    seconds: float = 10
    rows: int = 1000
    bytes: int = 5_000_000


@dataclass(frozen=True, slots=True)
class Result:
    """Columns in order, rows of values that JSON knows; `truncated` when there was more."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    truncated: bool


DEFAULT = Limits()


class Reader(Protocol):
    """Runs one statement without any lasting effect."""

    def run(self, sql: str, limits: Limits = DEFAULT) -> Result:
        """Return its rows; raises QueryTimeoutError or QueryFailedError."""


def finite(value: float) -> Value:
    """Return a number that JSON knows; infinity is a word."""
    return value if math.isfinite(value) else str(value)


def cut(text: str) -> str:
    """Return a text as it is shown; a reader fetches one character more than that."""
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def is_cut(value: object) -> bool:
    """Say whether `cut` takes something away."""
    return isinstance(value, str) and len(value) > LONGEST_SHOWN


def size_of(row: tuple[Value, ...]) -> int:
    """Return what a row counts against the limit of bytes."""
    return sum(len(value) if isinstance(value, str) else 8 for value in row)

"""Rows of a SQLite query as binary COPY: what both encoders promise, and which one is there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from thoth_ai.importing.postgres.python_encoder import PythonEncoder
from thoth_ai.importing.postgres.python_sketch import Sketched

CHUNK = 256 * 1024
MOST_KEPT, LEAST_KEPT, KEPT_IN_ALL = 512, 16, 32 * 1024
CLASSES = ("", "integer", "real", "text", "blob", "null")

Stored = tuple[int, bytes]
"""A value by the number of its storage class and its bytes; numbers are eight, big-endian."""
Misfit = tuple[int, int, Stored, tuple[Stored, ...]]
"""A column's position, a reason of REASONS, the value, and the values of the row's key."""
Totals = tuple[int, int, int, tuple[int, int, int, int]]
"""Nulls, misfits, hash, and how many integers, reals, texts and blobs were read."""

REASONS = ("", "of another kind", "not exact as a double", "holds a NUL", "not UTF-8")


class Encoder(Protocol):
    """Reads a query once."""

    @property
    def rows(self) -> int:
        """Return how many rows were read."""

    def chunk(self, wanted: int, /) -> bytes:
        """Return the next bytes for COPY, about as many as wanted, and none at the end."""

    def misfits(self) -> Sequence[Misfit]:
        """Return what did not fit, and was sent as NULL, since this was last asked."""

    def totals(self) -> Sequence[Totals]:
        """Return the sums of every column so far."""

    def sketches(self) -> Sequence[Sketched]:
        """Return what is remembered of every column; of none where nothing was to be kept."""

    def close(self) -> None:
        """Let go of the file."""


try:
    from thoth_ai.importing.postgres import _encoder
except ImportError:  # no compiler was there
    _native = None
else:
    _native = _encoder.Encoder

NativeEncoder: Callable[[str, str, str, tuple[int, ...], int], Encoder] | None = _native


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, the kind of each of its columns, and which of its columns are the row's key.

    Columns behind those that have a kind are read for the key only.
    """

    place: str
    query: str
    kinds: str
    key: tuple[int, ...]

    @property
    def kept(self) -> int:
        """Return how many values of a column are remembered: fewer where there are many columns."""
        fair = KEPT_IN_ALL // max(len(self.kinds), 1)
        return min(MOST_KEPT, max(LEAST_KEPT, fair))


def place(path: Path) -> str:
    """Return how a file that nobody writes is opened."""
    return f"file:{quote(str(path))}?mode=ro&immutable=1"


def opened(asked: Asked) -> Encoder:
    """Open the fastest encoder there is."""
    if NativeEncoder is None:
        return PythonEncoder(asked.place, asked.query, asked.kinds, asked.key, asked.kept)
    return NativeEncoder(asked.place, asked.query, asked.kinds, asked.key, asked.kept)


def name() -> str:
    """Return which encoder that is."""
    return "python" if NativeEncoder is None else "native"

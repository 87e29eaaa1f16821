"""The encoder where there is no compiled one: the same bytes, a column of some rows at a time."""

import sqlite3
import struct
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from thoth_ai.importing.postgres import python_columns, python_weaving
from thoth_ai.importing.postgres.python_sketch import PythonSketch, Sketched

FIRST_ROWS, MOST_ROWS, GROWTH = 256, 8_000, 4
PORTION, PIECE = 4, 128
SIZED = {bytes, bytearray}
TURN = threading.Lock()
"""SQLite lets go of the interpreter at every row: threads that fight for it crawl."""
HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
CLASS_OF = {int: 1, float: 2, bytearray: 3, bytes: 4, type(None): 5}
WHOLE = 2**64

Stored = tuple[int, bytes]
Misfit = tuple[int, int, Stored, tuple[Stored, ...]]


def connected(place: str) -> sqlite3.Connection:
    """Open a file in the way this encoder needs."""
    connection = sqlite3.connect(place, uri=True, check_same_thread=False)
    connection.text_factory = bytearray  # so that texts are not taken for blobs
    for pragma in ("trusted_schema=OFF", "mmap_size=0", "cell_size_check=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


@dataclass(slots=True)
class _Column:
    letter: str
    sketch: PythonSketch
    nulls: int = 0
    misfits: int = 0
    hash: int = 0
    classes: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class _Read:
    """Values of a column as they were read, and the types among them."""

    values: list[object] = field(default_factory=list)
    kinds: set[type] = field(default_factory=set)

    def add(self, values: Sequence[object]) -> int:
        """Take more of them; returns the bytes of the texts and blobs."""
        kinds = set(map(type, values))
        self.values.extend(values)
        self.kinds |= kinds
        if kinds <= SIZED:
            return sum(map(len, values))  # type: ignore[arg-type]  # all of them have a length
        if kinds.isdisjoint(SIZED):
            return 0
        return sum(len(one) for one in values if isinstance(one, bytes | bytearray))

    def counted(self) -> dict[type, int]:
        """Return how many there are of each type."""
        if len(self.kinds) == 1:
            return dict.fromkeys(self.kinds, len(self.values))
        return Counter(map(type, self.values))


class PythonEncoder:
    """Answers `encoding.Encoder`."""

    def __init__(
        self,
        place: str | sqlite3.Connection,
        query: str,
        letters: str,
        key: tuple[int, ...],
        kept: int,
        /,
    ) -> None:
        """Read from a file, or over a connection that somebody else opened for this and closes."""
        self.rows = 0
        self._lent = not isinstance(place, str)
        self._connection = connected(place) if isinstance(place, str) else place
        self._cursor = self._connection.execute(query)
        self._columns = [_Column(letter, PythonSketch(kept)) for letter in letters]
        self._key = key
        self._misfits: list[Misfit] = []
        self._begun = self._ended = False
        self._portion = FIRST_ROWS

    def chunk(self, wanted: int, /) -> bytes:
        """Return the next bytes: those of so many rows as gave about as many the last time."""
        if self._ended:
            return b""
        head, self._begun = b"" if self._begun else HEAD, True
        with TURN:
            columns = self._read(PORTION * wanted)
            rows = len(columns[0].values)
            found = self._encoded(columns, rows) if rows else END
        self._ended = not rows
        self.rows += rows
        fair = PORTION * wanted * rows // len(found)
        self._portion = max(1, min(fair, GROWTH * self._portion, MOST_ROWS))
        return head + found

    def _read(self, most: int) -> list[_Read]:
        """Read a portion, less where long values come after short ones: it all lies in memory."""
        columns = [_Read() for _ in self._cursor.description]
        left = self._portion
        while left > 0 and most > 0:
            piece = self._cursor.fetchmany(min(PIECE, left))
            left = left - len(piece) if piece else 0
            for column, values in zip(columns, zip(*piece, strict=True), strict=bool(piece)):
                most -= column.add(values)
        return columns

    def misfits(self) -> Sequence[Misfit]:
        """Return what did not fit since this was last asked."""
        found, self._misfits = self._misfits, []
        return found

    def totals(self) -> Sequence[tuple[int, int, int, tuple[int, int, int, int]]]:
        """Return the sums of every column so far."""
        return [
            (one.nulls, one.misfits, one.hash, tuple(one.classes[number] for number in range(1, 5)))  # type: ignore[misc]
            for one in self._columns
        ]

    def sketches(self) -> Sequence[Sketched]:
        """Return what is remembered of every column."""
        return [one.sketch.sketched() for one in self._columns if one.sketch.kept]

    def close(self) -> None:
        """Let go of the file."""
        self._cursor.close()
        if not self._lent:
            self._connection.close()

    def _encoded(self, columns: Sequence[_Read], rows: int) -> bytes:
        found: list[tuple[int, int, int]] = []
        encoded = []
        for at, (column, read) in enumerate(zip(self._columns, columns, strict=False)):
            one = self._column(column, read)
            encoded.append(one.read)
            found += [(row, at, reason) for row, reason in one.misfits]
        for row, at, reason in sorted(found):
            key = tuple(_stored(columns[part].values[row]) for part in self._key)
            self._misfits.append((at, reason, _stored(columns[at].values[row]), key))
        return python_weaving.woven(encoded, rows)

    def _column(self, column: _Column, read: _Read) -> python_columns.Column:
        classes = read.counted()
        for kind, count in classes.items():
            column.classes[CLASS_OF[kind]] += count
        encoded = python_columns.encode(column.letter, read.values, classes.keys())
        column.nulls += classes.get(type(None), 0)
        column.misfits += len(encoded.misfits)
        hashes = encoded.read.hashes
        column.hash = (column.hash + int(hashes.sum(dtype=np.uint64))) % WHOLE
        column.sketch.add(encoded.read.noted, hashes)
        return encoded


def _stored(value: object) -> Stored:
    if isinstance(value, int):
        return 1, struct.pack(">q", value)
    if isinstance(value, float):
        return 2, struct.pack(">d", value)
    if isinstance(value, bytearray):
        return 3, bytes(value)
    return (4, value) if isinstance(value, bytes) else (5, b"")

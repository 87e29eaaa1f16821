"""Joins nobody declared: columns whose values are among those of another table's key.

A few values of each column that might refer are looked up where they would have to be; names
decide what is looked at first, and the time for all of it is bounded.
"""

import functools
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from thoth_ai.answering.words import fold, singular
from thoth_ai.importing.checks import UNREADABLE, opened, quoted
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.profiles.column import ColumnProfile

LEAST_CONTAINED = 0.9
LEAST_TELLING = 20
LONGEST_VALUE = 40  # longer ones may have been cut
MOST_NEAR, MOST_LOOKED_AT, MOST_EACH = 100, 2_000, 2
SECONDS, SECONDS_EACH = 20.0, 2.0
STEPS = 50_000
ENDINGS = frozenset("cd code fk id key no nr num number ref".split())
WITHIN = frozenset("boss chief former manager next parent prev previous root supervisor".split())
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Join:
    """A column and the one it seems to refer to; `contained` is the share of values found there."""

    table: str
    column: str
    referenced_table: str
    referenced_column: str
    contained: float
    score: float

    def as_document(self) -> dict[str, object]:
        """Return it for storing."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Seen:
    """A table of the file, what its columns look like, and what it is called where it is read."""

    source: TableSchema
    target: TableSchema
    profiles: Sequence[ColumnProfile | None]


@dataclass(frozen=True, slots=True)
class _Pair:
    child: Place
    parent: Place
    likeness: float


def likely(path: Path, tables: Sequence[Seen]) -> list[Join]:
    """Return joins that are not declared, the surest first."""
    pairs = sorted(_pairs(tables), key=lambda pair: -pair.likeness)[:MOST_LOOKED_AT]
    ends = time.monotonic() + SECONDS
    found: dict[Place, tuple[float, list[Join]]] = {}
    try:
        with closing(opened(path)) as connection:
            for pair in pairs:
                best, known = found.setdefault(pair.child, (pair.likeness, []))
                alike = best == pair.likeness or not known
                if time.monotonic() < ends and len(known) < MOST_EACH and alike:
                    found[pair.child] = pair.likeness, known
                    known += _looked_up(connection, tables, pair)
    except UNREADABLE:  # the rows were read; that these cannot be looked up is no reason to fail
        return []
    every = [join for _, joins in found.values() for join in joins]
    return sorted(every, key=lambda join: (-join.score, join.table, join.column))


def _pairs(tables: Sequence[Seen]) -> Iterator[_Pair]:
    """Give every column that might refer with the keys of the same kind that may hold it."""
    keys = _Keys(tables)
    declared = set(_declared(tables))
    for at, table in enumerate(tables):
        for number, profile in enumerate(table.profiles):
            child = (at, number)
            if profile is None or child in declared or not _refers(profile):
                continue
            for parent in keys.near(child, profile) - {child}:
                likeness = _likeness(tables, child, parent)
                sure = likeness == 1.0 or (keys.declares(parent) and not keys.declares(child))
                if sure and _may_be(profile, _profile(tables, parent), likeness):
                    yield _Pair(child, parent, likeness)


class _Keys:
    """Finds keys by the words of their names, so that many tables do not make many pairs."""

    def __init__(self, tables: Sequence[Seen]) -> None:
        self._tables = tables
        self._texts: list[Place] = []
        self._words: dict[str, list[Place]] = {}
        self._own: dict[int, list[Place]] = {}
        for at, number in _keys(tables):
            source = tables[at].source
            self._own.setdefault(at, []).append((at, number))
            for word in (_words(source.name) | _words(source.columns[number].name)) - ENDINGS:
                self._words.setdefault(word, []).append((at, number))
            if tables[at].profiles[number].kind == "s":  # type: ignore[union-attr]  # keys have one
                self._texts.append((at, number))

    def declares(self, place: Place) -> bool:
        """Say whether a column was declared to be a key by itself."""
        return _is_key(self._tables[place[0]], place[1])

    def near(self, child: Place, profile: ColumnProfile) -> set[Place]:
        """Return keys that share a word, those of the same table, and for texts the first ones."""
        found = set(self._own.get(child[0], ()))
        name = self._tables[child[0]].source.columns[child[1]].name
        for word in _words(name) - ENDINGS:
            found.update(self._words.get(word, ())[:MOST_NEAR])
        if profile.kind == "s" and profile.distinct >= LEAST_TELLING:
            found.update(self._texts[:MOST_NEAR])
        return found


def _keys(tables: Sequence[Seen]) -> Iterator[Place]:
    for at, table in enumerate(tables):
        for number, profile in enumerate(table.profiles):
            if profile is None or profile.kind not in "is" or profile.distinct <= 1:
                continue
            if profile.unique or _is_key(table, number):
                yield at, number


def _is_key(table: Seen, number: int) -> bool:
    column = table.source.columns[number]
    single = sum(one.primary_key_position > 0 for one in table.source.columns) == 1
    return column.unique or (single and column.primary_key_position > 0)


def _declared(tables: Sequence[Seen]) -> Iterator[Place]:
    for at, table in enumerate(tables):
        names = {column.name.lower(): number for number, column in enumerate(table.source.columns)}
        for key in table.source.foreign_keys:
            if (number := names.get(key.column.lower())) is not None:
                yield at, number


def _refers(profile: ColumnProfile) -> bool:
    return profile.kind in "is" and bool(profile.sample) and profile.distinct > 1


def _profile(tables: Sequence[Seen], place: Place) -> ColumnProfile | None:
    return tables[place[0]].profiles[place[1]]


def _may_be(child: ColumnProfile, parent: ColumnProfile | None, likeness: float) -> bool:
    """Small numbers are within every numbered key, so that numbers need a name that fits too."""
    if parent is None or parent.kind != child.kind or child.distinct > 1.2 * parent.distinct:
        return False
    if not likeness and (child.kind == "i" or child.distinct < LEAST_TELLING):
        return False
    return _overlap(child, parent)


def _overlap(child: ColumnProfile, parent: ColumnProfile) -> bool:
    ends = (child.low, child.high, parent.low, parent.high)
    if child.kind == "i":
        low, high, least, most = (int(one or 0) for one in ends)
        return low <= most and high >= least
    first, last, lowest, highest = (str(one) for one in ends)
    return first <= highest and last >= lowest


def _likeness(tables: Sequence[Seen], child: Place, parent: Place) -> float:
    """Say how much the names speak for it: 1 where the column names the table or its key."""
    name = _words(tables[child[0]].source.columns[child[1]].name)
    key = _words(tables[parent[0]].source.columns[parent[1]].name)
    table = _words(tables[parent[0]].source.name)
    telling = name - ENDINGS
    if child[0] == parent[0]:  # a table that refers to itself says so: parent_id, reports_to
        return 0.5 if telling & (WITHIN | table) and name != key else 0.0
    if name == key and (telling or len(name) > 1):
        return 1.0
    if telling and (telling == table or telling == key - ENDINGS):
        return 1.0
    if telling and telling & (table | key) - ENDINGS:
        return 0.5
    return 0.0


@functools.lru_cache(16_384)
def _words(name: str) -> frozenset[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    folded = re.split(r"[\W_]+", fold(spaced))
    return frozenset(singular(word) for word in folded if word)


def _looked_up(
    connection: sqlite3.Connection, tables: Sequence[Seen], pair: _Pair
) -> Iterable[Join]:
    child, parent = tables[pair.child[0]], tables[pair.parent[0]]
    profile = child.profiles[pair.child[1]]
    column = parent.source.columns[pair.parent[1]].name
    values = [one for one in (profile.sample if profile else ()) if len(str(one)) < LONGEST_VALUE]
    if not values or (share := _share(connection, parent.source.name, column, values)) is None:
        return []
    if share < LEAST_CONTAINED:
        return []
    score = round(share * (0.6 + 0.4 * pair.likeness), 2)
    return [
        Join(
            child.target.name,
            child.target.columns[pair.child[1]].name,
            parent.target.name,
            parent.target.columns[pair.parent[1]].name,
            round(share, 3),
            score,
        )
    ]


def _share(
    connection: sqlite3.Connection, table: str, column: str, values: Sequence[object]
) -> float | None:
    """Return which share of some values a column has, none where that takes too long."""
    ends = time.monotonic() + SECONDS_EACH
    connection.set_progress_handler(lambda: int(time.monotonic() > ends), STEPS)
    marks = ", ".join("?" * len(values))
    name = quoted(column)
    query = f"SELECT count(DISTINCT {name}) FROM {quoted(table)} WHERE {name} IN ({marks})"  # noqa: S608 - quoted
    try:
        row = connection.execute(query, list(values)).fetchone()
    except sqlite3.OperationalError:
        return None
    finally:
        connection.set_progress_handler(None, 0)
    return int(row[0]) / len(values)

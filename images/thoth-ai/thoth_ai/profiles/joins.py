"""Joins nobody declared: columns whose values are among those of another table's key.

A few values of each column that might refer are looked up where they would have to be; names
decide what is looked at first, and the time for all of it is bounded.
"""

import heapq
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from thoth_ai.importing.checks import UNREADABLE, opened, quoted
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.profiles import naming
from thoth_ai.profiles.column import ColumnProfile

LEAST_CONTAINED = 0.9
LEAST_TELLING = 20
LONGEST_VALUE = 40  # longer ones may have been cut
MOST_NEAR, MOST_LOOKED_AT, MOST_EACH = 100, 2_000, 2
SECONDS, SECONDS_EACH = 20.0, 2.0
STEPS = 50_000
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
class Watch:
    """The time there is; `heard` hears that it passes, and may raise."""

    heard: Callable[[], None] = lambda: None
    clock: Callable[[], float] = time.monotonic

    def until(self, seconds: float) -> Callable[[], bool]:
        """Return what says whether so much of it is left."""
        ends = self.clock() + seconds

        def is_left() -> bool:
            self.heard()
            return self.clock() < ends

        return is_left


@dataclass(frozen=True, slots=True)
class _Pair:
    child: Place
    parent: Place
    likeness: float


def likely(path: Path, tables: Sequence[Seen], watch: Watch | None = None) -> list[Join]:
    """Return joins that are not declared, the surest first."""
    watch = watch or Watch()
    is_left = watch.until(SECONDS)
    every = _pairs(tables, watch.until(SECONDS / 2))
    pairs = heapq.nlargest(MOST_LOOKED_AT, every, key=lambda pair: pair.likeness)
    found: dict[Place, tuple[float, list[Join]]] = {}
    try:
        with closing(opened(path)) as connection:
            for pair in pairs:
                best, known = found.setdefault(pair.child, (pair.likeness, []))
                alike = best == pair.likeness or not known
                if is_left() and len(known) < MOST_EACH and alike:
                    found[pair.child] = pair.likeness, known
                    known += _looked_up(connection, tables, pair)
    except UNREADABLE:  # the rows were read; that these cannot be looked up is no reason to fail
        return []
    likely = [join for _, joins in found.values() for join in joins]
    return sorted(likely, key=lambda join: (-join.score, join.table, join.column))


def _pairs(tables: Sequence[Seen], is_left: Callable[[], bool]) -> Iterator[_Pair]:
    """Give the columns that might refer with the keys of the same kind that may hold them."""
    keys = _Keys(tables)
    declared = set(_declared(tables))
    for at, table in enumerate(tables):
        for number, profile in enumerate(table.profiles):
            child = (at, number)
            if profile is None or child in declared or not _refers(profile):
                continue
            for parent in keys.near(child, profile) - {child}:
                if not is_left():
                    return
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
        self._declared = [_declared_keys(table.source) for table in tables]
        for at, number in self._found():
            source = tables[at].source
            self._own.setdefault(at, []).append((at, number))
            for word in (
                naming.words(source.name) | naming.words(source.columns[number].name)
            ) - naming.ENDINGS:
                self._words.setdefault(word, []).append((at, number))
            if tables[at].profiles[number].kind == "s":  # type: ignore[union-attr]  # keys have one
                self._texts.append((at, number))

    def declares(self, place: Place) -> bool:
        """Say whether a column was declared to be a key by itself."""
        return place[1] in self._declared[place[0]]

    def near(self, child: Place, profile: ColumnProfile) -> set[Place]:
        """Return keys that share a word, and the first of the same table and of all texts."""
        found = set(self._own.get(child[0], ())[:MOST_NEAR])
        name = self._tables[child[0]].source.columns[child[1]].name
        for word in naming.words(name) - naming.ENDINGS:
            found.update(self._words.get(word, ())[:MOST_NEAR])
        if profile.kind == "s" and profile.distinct >= LEAST_TELLING:
            found.update(self._texts[:MOST_NEAR])
        return found

    def _found(self) -> Iterator[Place]:
        for at, table in enumerate(self._tables):
            for number, profile in enumerate(table.profiles):
                if profile is None or profile.kind not in "is" or profile.distinct <= 1:
                    continue
                if profile.unique or self.declares((at, number)):
                    yield at, number


def _declared_keys(table: TableSchema) -> frozenset[int]:
    """Return the columns that are a key by themselves."""
    primary = [at for at, one in enumerate(table.columns) if one.primary_key_position > 0]
    unique = [at for at, one in enumerate(table.columns) if one.unique]
    return frozenset(unique + (primary if len(primary) == 1 else []))


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
    name = tables[child[0]].source.columns[child[1]].name
    table = tables[parent[0]].source
    key = table.columns[parent[1]].name
    if child[0] == parent[0]:
        return naming.within(name, table.name, key)
    return naming.likeness(name, table.name, key)


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

"""The profile of one column: how many values, how many different ones, and what they look like."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from thoth_ai.importing.postgres.python_sketch import NO_LIMIT, Seen, Sketched
from thoth_ai.profiles import shapes, shown
from thoth_ai.profiles.shown import Value

MOST_LISTED = 50
MOST_TOP, MOST_SHAPES, MOST_SAMPLED = 10, 3, 48
LEAST_UNIQUE = 0.9
OFTEN = 0.001


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """What was seen; `exact` says that `distinct` was counted, not estimated."""

    kind: str
    rows: int
    nulls: int
    distinct: int
    exact: bool
    unique: bool
    low: Value | None = None
    high: Value | None = None
    mean_size: float = 0.0
    longest: int = 0
    top: tuple[tuple[Value, int], ...] = ()
    listed: tuple[Value, ...] = ()
    shapes: tuple[tuple[str, float], ...] = ()
    sample: tuple[Value, ...] = ()

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Return one that was stored."""
        pairs = {
            name: tuple((one, number) for one, number in document[name])
            for name in ("top", "shapes")
        }
        lists = {name: tuple(document[name]) for name in ("listed", "sample")}
        return cls(**{**document, **pairs, **lists})

    def as_document(self) -> dict[str, Any]:
        """Return it for storing."""
        return asdict(self)

    @property
    def filled(self) -> int:
        """Return how many rows have a value."""
        return self.rows - self.nulls


def profiled(letter: str, rows: int, nulls: int, sketch: Sketched) -> ColumnProfile:
    """Make a profile of what was remembered of a column."""
    values, limit, low, high, total, longest, kept, frequent = sketch
    exact = limit == NO_LIMIT
    distinct = len(kept) if exact else min(values, round((len(kept) - 1) * (NO_LIMIT + 1) / limit))
    seldom = all(count == 1 for _, count, _ in kept)
    shows = shown.can_be(letter) and values > 0
    sample = tuple(_values(letter, sorted(kept)[:MOST_SAMPLED])) if shows else ()
    return ColumnProfile(
        kind=letter,
        rows=rows,
        nulls=nulls,
        distinct=distinct,
        exact=exact,
        unique=values > 1 and seldom and distinct >= LEAST_UNIQUE * values,
        low=shown.value(letter, low) if shows else None,
        high=shown.value(letter, high) if shows else None,
        mean_size=round(total / values, 1) if values else 0.0,
        longest=longest,
        top=_top(letter, kept, frequent, values) if shows else (),
        listed=_listed(letter, kept, values) if shows and exact else (),
        shapes=_shapes(letter, kept),
        sample=sample,
    )


def _top(
    letter: str, kept: Sequence[Seen], frequent: Sequence[Seen], values: int
) -> tuple[tuple[Value, int], ...]:
    """What was kept was counted; of what was frequent at least so many were seen."""
    least = max(2, OFTEN * values)
    counts = {hash_: (count, raw) for hash_, count, raw in frequent if count >= least}
    counts |= {hash_: (count, raw) for hash_, count, raw in kept if count >= least}
    best = sorted(counts.items(), key=lambda one: (-one[1][0], one[1][1]))[:MOST_TOP]
    return tuple((shown.value(letter, raw), count) for _, (count, raw) in best)


def _listed(letter: str, kept: Sequence[Seen], values: int) -> tuple[Value, ...]:
    """Return all values, in their order, of a column that has few and repeats them."""
    if not kept or len(kept) > MOST_LISTED or 2 * len(kept) > values:
        return ()
    ordered = sorted(kept, key=lambda one: one[2])
    return tuple(_values(letter, ordered))


def _values(letter: str, seen: Iterable[Seen]) -> Iterable[Value]:
    return (shown.value(letter, raw) for _, _, raw in seen)


def _shapes(letter: str, kept: Sequence[Seen]) -> tuple[tuple[str, float], ...]:
    if letter != "s" or not kept:
        return ()
    found = Counter(shapes.of(raw.decode("utf-8", "ignore")) for _, _, raw in kept)
    common = found.most_common(MOST_SHAPES)
    return tuple((shape, round(count / len(kept), 3)) for shape, count in common)

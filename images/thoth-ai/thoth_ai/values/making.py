"""Making the index of a database: during its import, or later when there is none to trust."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from thoth_ai.importing import space
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.values import building, collecting, columns
from thoth_ai.values.collecting import Collected, Sources
from thoth_ai.values.columns import Wanted
from thoth_ai.values.files import BrokenFileError
from thoth_ai.values.index import ValueIndex
from thoth_ai.values.parts import parts
from thoth_ai.values.reading import Values

TEXTS_SHARE = 6
"""An index takes about so many times the bytes of its texts."""
MEANWHILE_SHARE = 3
"""Until it is made, it and the files beside it take about so many times its own bytes."""


@dataclass(frozen=True, slots=True)
class Described:
    """A database as the index needs it: its checksum, its tables, and each column's own print."""

    sha256: str
    tables: tuple[TableSchema, ...]
    prints: Mapping[tuple[str, str], str]

    def print_of(self, column: Wanted) -> str:
        """Return what changes with the content of a column."""
        return self.prints.get((column.table, column.column)) or self.sha256


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it."""

    values: int
    columns: int
    kept: int
    left_out: Sequence[Mapping[str, str]]

    def as_document(self) -> dict[str, object]:
        """Return it for the report of an import."""
        return {
            "values": self.values,
            "columns": self.columns,
            "kept": self.kept,
            "left_out": [dict(one) for one in self.left_out],
        }


def make(
    target: Path,
    described: Described,
    values: Values,
    older: ValueIndex | None,
    told: Callable[[int, int], None],
) -> Made:
    """Write the index to `target`; a killed try is gone on with, a failed one leaves nothing."""
    wanted = columns.wanted(described.tables)
    sources = Sources(values, described.print_of, older)
    progress = _Told(told, len(wanted))
    with parts(_key(described)) as folder:
        collected = collecting.collect(wanted, sources, folder, progress.column)
        chosen, too_large = _within(collected.filled)
        size = sum(len(one.texts) for one in chosen)
        needed = MEANWHILE_SHARE * TEXTS_SHARE * size
        space.require(target.parent, needed, "index of values")
        progress.total += size // building.BLOCK
        left_out = [dict(one) for one in (*collected.left_out, *too_large)]
        about = {"database": described.sha256, "made": int(time.time()), "left_out": left_out}
        building.build(target, chosen, about, settings.VALUE_INDEX.ngram, progress.texts)
    return _made(target, collected, too_large)


def older(path: Path) -> ValueIndex | None:
    """Return an index whose texts can be taken over, if it is whole."""
    try:
        return ValueIndex(path)
    except BrokenFileError:
        return None


@dataclass(slots=True)
class _Told:
    """Counts columns first and texts afterwards, in one row of numbers."""

    told: Callable[[int, int], None]
    total: int
    done: int = 0

    def column(self, _: int) -> None:
        self._step()

    def texts(self, _: int) -> None:
        self._step()

    def _step(self) -> None:
        self.done += 1
        self.told(min(self.done, self.total), self.total)


def _made(target: Path, collected: Collected, too_large: Sequence[Mapping[str, str]]) -> Made:
    index = ValueIndex(target)
    return Made(
        values=len(index),
        columns=len(index.about["columns"]),
        kept=collected.kept,
        left_out=(*collected.left_out, *too_large),
    )


def _within(
    filled: Sequence[building.Filled],
) -> tuple[tuple[building.Filled, ...], tuple[Mapping[str, str], ...]]:
    """Keep within the budget of bytes: the largest columns go first, and are told."""
    left = settings.VALUE_INDEX.bytes // TEXTS_SHARE
    kept: set[int] = set()
    for number in sorted(range(len(filled)), key=lambda one: len(filled[one].texts)):
        left -= len(filled[number].texts)
        if left >= 0:
            kept.add(number)
    out = tuple(
        {
            "table": str(one.about["table"]),
            "column": str(one.about["column"]),
            "why": "it does not fit into VALUE_INDEX_MEGABYTES",
        }
        for number, one in enumerate(filled)
        if number not in kept
    )
    return tuple(filled[number] for number in sorted(kept)), out


def _key(described: Described) -> str:
    names = "\0".join((described.sha256, *(table.name for table in described.tables)))
    return hashlib.sha256(names.encode("utf-8", "replace")).hexdigest()[:24]

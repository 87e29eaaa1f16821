"""Building a value index: texts in blocks, each block's grams to the disk, then all of them merged.

Memory stays flat however many texts there are: what grows lies in files.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thoth_ai.values import files, grams
from thoth_ai.values.folding import END, fold_all
from thoth_ai.values.grams import Run

STOP = b"\0"  # ends each text; no text has it inside
BLOCK = 65_536
_CHUNK = 16 * 1024 * 1024
_NOTHING = "\uffff"  # stands for a text that folds to nothing, and is never asked for
_LONGEST_SMALL = 2**32


@dataclass(frozen=True, slots=True)
class Filled:
    """The texts of one column: `texts` are its different values, each ended by `STOP`."""

    about: Mapping[str, Any]
    texts: NDArray[np.uint8]


@dataclass(slots=True)
class _Merged:
    runs: list[Run] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)


def build(
    path: Path,
    columns: Sequence[Filled],
    about: Mapping[str, Any],
    size: int,
    done: Callable[[int], None] = lambda _: None,
) -> None:
    """Write the index of these columns; files beside `path` are used meanwhile, and removed."""
    scratch = _Scratch(path)
    try:
        texts = scratch.joined(columns)
        ends = _ends(texts)
        counts = [_count(one.texts) for one in columns]
        firsts = np.cumsum([0, *counts])
        listed = [
            {**one.about, "first": int(first), "count": count}
            for one, first, count in zip(columns, firsts, counts, strict=False)
        ]
        arrays = {"texts": texts, "ends": ends, **_searchable(texts, ends, size, scratch, done)}
        files.write(path, {**about, "size": size, "columns": listed}, arrays)
    finally:
        scratch.clear()


def blocks(texts: NDArray[np.uint8], ends: NDArray[Any]) -> Iterator[list[str]]:
    """Give the texts, a block at a time."""
    bounds = [*range(0, len(ends), BLOCK), len(ends)]
    for first, last in pairwise(bounds):
        begin = int(ends[first - 1]) if first else 0
        content = texts[begin : int(ends[last - 1])].tobytes()
        yield content.decode("utf-8", "replace").split("\0")[:-1]


def _searchable(
    texts: NDArray[np.uint8],
    ends: NDArray[Any],
    size: int,
    scratch: "_Scratch",
    done: Callable[[int], None],
) -> dict[str, NDArray[Any]]:
    runs: list[Run] = []
    with scratch.path("runs").open("wb") as target:
        for block in blocks(texts, ends):
            run = grams.of_block(_folded(block), len(block), size)
            files.put(target, run.documents + np.uint32(len(runs) * BLOCK))
            runs.append(Run(run.grams, run.counts, run.documents[:0], run.sizes, run.hashes))
            done(len(block))
    hashes = _joined([run.hashes for run in runs], np.uint32)
    order = np.argsort(hashes, kind="stable").astype(np.uint32)
    found, starts, postings = _merged(runs, scratch)
    return {
        "grams": found,
        "starts": starts,
        "postings": postings,
        "sizes": _joined([run.sizes for run in runs], np.uint8),
        "hashes": hashes[order],
        "order": order,
    }


def _folded(block: Sequence[str]) -> str:
    folded = fold_all(block)
    if END * 2 in folded or folded.startswith(END) or folded.endswith(END) or not folded:
        return END.join(line or _NOTHING for line in folded.split(END))
    return folded


def _merged(
    runs: Sequence[Run], scratch: "_Scratch"
) -> tuple[NDArray[np.uint32], NDArray[np.uint64], NDArray[np.uint32]]:
    """Put the texts of each gram together; those of a block come behind those of the one before."""
    found = np.unique(_joined([run.grams for run in runs], np.uint32))
    totals = np.zeros(len(found), np.int64)
    places = [np.searchsorted(found, run.grams) for run in runs]
    for run, place in zip(runs, places, strict=True):
        totals[place] += run.counts
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(totals)))
    postings = scratch.array("postings", int(starts[-1]))
    source, free, begin = scratch.mapped("runs"), starts[:-1].copy(), 0
    for run, place in zip(runs, places, strict=True):
        count = int(run.counts.sum())
        within = np.cumsum(run.counts) - run.counts
        target = np.repeat(free[place] - within, run.counts) + np.arange(count)
        postings[target] = source[begin : begin + count]
        free[place] += run.counts
        begin += count
    return found, starts.astype(np.uint64), postings


def _joined(parts: Sequence[NDArray[Any]], dtype: type[Any]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, dtype)


def _count(texts: NDArray[np.uint8]) -> int:
    pieces = (texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK))
    return sum(int(np.count_nonzero(piece == 0)) for piece in pieces)


def _ends(texts: NDArray[np.uint8]) -> NDArray[Any]:
    """Return where each text ends, its stop included."""
    dtype = np.uint32 if len(texts) < _LONGEST_SMALL else np.uint64
    pieces = [
        (np.flatnonzero(texts[start : start + _CHUNK] == 0) + (start + 1)).astype(dtype)
        for start in range(0, len(texts), _CHUNK)
    ]
    return _joined(pieces, dtype)


@dataclass(frozen=True, slots=True)
class _Scratch:
    """Files beside the one that is built."""

    beside: Path

    def path(self, name: str) -> Path:
        return self.beside.with_name(f"{self.beside.name}.{name}")

    def joined(self, columns: Sequence[Filled]) -> NDArray[np.uint8]:
        with self.path("texts").open("wb") as target:
            for column in columns:
                files.put(target, column.texts)
        return _mapped(self.path("texts"), np.uint8)

    def mapped(self, name: str) -> NDArray[np.uint32]:
        return _mapped(self.path(name), np.uint32)

    def array(self, name: str, length: int) -> NDArray[np.uint32]:
        return files.room(self.path(name), length) if length else np.empty(0, np.uint32)

    def clear(self) -> None:
        for name in ("texts", "runs", "postings", "unfinished"):
            self.path(name).unlink(missing_ok=True)


def _mapped(path: Path, dtype: type[Any]) -> NDArray[Any]:
    """Map a file; an empty one cannot be."""
    return np.memmap(path, dtype, "r") if path.stat().st_size else np.empty(0, dtype)

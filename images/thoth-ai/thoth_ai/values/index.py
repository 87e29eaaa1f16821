"""A value index that is read where it lies: which values a text may mean, and where they stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thoth_ai.values import files, grams, ranking
from thoth_ai.values.files import BrokenFileError
from thoth_ai.values.folding import fold

ARRAYS = ("texts", "ends", "grams", "starts", "postings", "sizes", "hashes", "order")
COMPARED = 48
FEWER = 3
POSTINGS_EACH = 4_096


@dataclass(frozen=True, slots=True)
class Place:
    """A column."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A value as it is spelled in its columns, and how alike it is."""

    value: str
    similarity: float
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Effort:
    """The classic knobs: how much is looked at for a text, and how alike a value must be."""

    permutations: int = 32
    threshold: float = 0.5


class ValueIndex:
    """An open index; raises BrokenFileError when the file is not a whole one of this format."""

    def __init__(self, path: Path, effort: Effort | None = None) -> None:
        opened = files.read(path)
        if set(opened.arrays) != set(ARRAYS):
            raise BrokenFileError("it has other parts than a value index")
        self.about, self.effort = opened.about, effort or Effort()
        self.size = int(opened.about["size"])
        self._of: dict[str, NDArray[Any]] = dict(opened.arrays)
        self._columns = [Place(one["table"], one["column"]) for one in self.about["columns"]]
        self._firsts = np.array([one["first"] for one in self.about["columns"]], np.int64)

    def __len__(self) -> int:
        return len(self._of["ends"])

    def exact(self, text: str) -> list[Hit]:
        """Return the values that differ at most in case, accents and blanks."""
        folded = fold(text)
        if not folded:
            return []
        wanted, hashes = grams.hash_of(folded), self._of["hashes"]
        begin, end = (int(np.searchsorted(hashes, wanted, side)) for side in ("left", "right"))
        documents = self._of["order"][begin:end]
        return self._hits([(int(one), 1.0) for one in documents if self._folded(one) == folded])

    def search(self, text: str, limit: int = 10) -> list[Hit]:
        """Return the values most alike, best first."""
        folded = fold(text)
        near = [
            (document, score)
            for document in self._candidates(folded)
            if (score := ranking.similarity(folded, self._folded(document), self.size))
            >= self.effort.threshold
        ]
        near.sort(key=lambda pair: (-pair[1], pair[0]))
        return self._hits(near)[:limit]

    def texts_of(self, number: int) -> NDArray[np.uint8]:
        """Return the values of one column as they were given to the builder."""
        first = int(self._firsts[number])
        last = first + int(self.about["columns"][number]["count"])
        ends: NDArray[np.uint8] = self._of["texts"][self._end(first) : self._end(last)]
        return ends

    def _candidates(self, folded: str) -> Sequence[int]:
        """The texts with the most of its grams, of which the rare ones are looked at first."""
        wanted = grams.of_text(folded, self.size)
        documents = self._documents(wanted)
        if not len(documents):
            return []
        documents.sort(kind="stable")  # lists in order, one behind the other: a merge is quickest
        first = np.flatnonzero(np.diff(documents, prepend=documents[0] + np.uint32(1)))
        shared = np.diff(first, append=len(documents))
        many = shared >= shared.max() // FEWER
        found, shared = documents[first[many]], shared[many]
        estimate = shared / (len(wanted) + self._of["sizes"][found].astype(np.int64) - shared)
        if len(found) > COMPARED:
            best = np.argpartition(-estimate, COMPARED)[:COMPARED]
            found = found[best]
        return [int(one) for one in found]

    def _documents(self, wanted: NDArray[np.uint32]) -> NDArray[np.uint32]:
        known, starts = self._of["grams"], self._of["starts"]
        at = np.searchsorted(known, wanted)
        at = at[at < len(known)]
        at = at[np.isin(known[at], wanted)] if len(at) else at
        begins, ends = starts[at].astype(np.int64), starts[at + 1].astype(np.int64)
        order = np.argsort(ends - begins, kind="stable")
        spent = np.cumsum((ends - begins)[order])
        within = max(
            1, int(np.searchsorted(spent, self.effort.permutations * POSTINGS_EACH, "right"))
        )
        parts = [self._of["postings"][begins[one] : ends[one]] for one in order[:within]]
        return np.concatenate(parts) if parts else np.empty(0, np.uint32)

    def _hits(self, scored: Iterable[tuple[int, float]]) -> list[Hit]:
        """One value may stand in several columns."""
        places: dict[str, tuple[float, list[Place]]] = {}
        for document, score in scored:
            found = places.setdefault(self._text(document), (score, []))[1]
            found.append(self._columns[int(np.searchsorted(self._firsts, document, "right")) - 1])
        return [Hit(text, score, tuple(found)) for text, (score, found) in places.items()]

    def _folded(self, document: int) -> str:
        return fold(self._text(document))

    def _text(self, document: int) -> str:
        begin, end = self._end(document), self._end(int(document) + 1) - 1
        return self._of["texts"][begin:end].tobytes().decode("utf-8", "replace")

    def _end(self, count: int) -> int:
        """Return where the first so many texts end."""
        return int(self._of["ends"][count - 1]) if count else 0

"""The design that the value index was measured against: MinHash-LSH with whole arrays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from thoth_ai.values import grams, ranking
from thoth_ai.values.building import BLOCK
from thoth_ai.values.folding import fold, fold_all

BANDS, ROWS, SIZE = 16, 2, 3
COMPARED = 96


class MinHashIndex:
    """Values by the least of their grams under 32 permutations, two of them a band."""

    def __init__(self, values: Sequence[str]) -> None:
        chance = np.random.default_rng(1)
        self._values = values
        self._factors = chance.integers(1, 2**32, BANDS * ROWS, np.uint64).astype(
            np.uint32
        ) | np.uint32(1)
        parts = [self._of_block(values[at : at + BLOCK]) for at in range(0, len(values), BLOCK)]
        bands = np.concatenate(parts, axis=1)
        self._order = [np.argsort(band, kind="stable").astype(np.uint32) for band in bands]
        self._keys = [band[order] for band, order in zip(bands, self._order, strict=True)]

    @property
    def bytes(self) -> int:
        """Return what its arrays and texts would take in a file."""
        texts = sum(len(value.encode()) + 5 for value in self._values)
        return texts + sum(int(one.nbytes) for one in (*self._keys, *self._order))

    def search(self, text: str, limit: int) -> list[str]:
        """Return the values most alike of those that share the most bands."""
        folded = fold(text)
        asked = self._signatures(grams.of_text(folded, SIZE)[None, :], np.array([0]))
        found = []
        for key, keys, order in zip(asked, self._keys, self._order, strict=True):
            begin, end = (int(np.searchsorted(keys, key[0], side)) for side in ("left", "right"))
            found.append(order[begin:end])
        documents, shared = np.unique(np.concatenate(found), return_counts=True)
        near = documents[np.argsort(-shared, kind="stable")[:COMPARED]]
        named = [self._values[int(one)] for one in near]
        named.sort(key=lambda value: -ranking.similarity(folded, fold(value), SIZE))
        return named[:limit]

    def _of_block(self, block: Sequence[str]) -> NDArray[np.uint64]:
        run = grams.of_block(fold_all(block), len(block), SIZE)
        order = np.argsort(run.documents, kind="stable")
        owned = np.repeat(run.grams, run.counts)[order]
        starts = np.searchsorted(run.documents[order], np.arange(len(block)))
        return self._signatures(owned[None, :], starts)

    def _signatures(
        self, owned: NDArray[np.uint32], starts: NDArray[np.intp]
    ) -> NDArray[np.uint64]:
        least = [np.minimum.reduceat(_mixed(owned[0] * factor), starts) for factor in self._factors]
        bands = [
            least[at].astype(np.uint64) << np.uint64(32) | least[at + 1]
            for at in range(0, BANDS * ROWS, ROWS)
        ]
        return np.array(bands)


def _mixed(words: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return (words ^ words >> np.uint32(16)) * np.uint32(0x85EBCA6B)

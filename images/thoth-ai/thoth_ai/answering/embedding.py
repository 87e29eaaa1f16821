"""Text becomes a vector without any model: hashed words and pieces of words.

Feature hashing with signs (Weinberger et al., 2009). Words weigh by how much they tell; pieces of
three to five characters let spellings that differ a little still meet. It ranks by shared words,
not by meaning: good enough to find the stored question one has in mind, no proof that it is one.
"""

import functools
import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from thoth_ai.answering.words import fold, stem

DIMENSIONS = 1024
MODEL_ID = "thoth-hashing-1024-v1"
PIECES = (3, 4, 5)
PIECE_WEIGHT = 0.7
COMMON_WEIGHT = 0.15
COMMON = frozenset(
    """a all among an and any are as at be been by can did do does each every find for from give
    had has have how i in is it its list many me much name number of on or please return show tell
    than that the their them there these they this those to was we were what when where which who
    whose with would you your""".split()
)
_WORD = re.compile(r"\w+")


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return one vector of length 1 per text, shape (n, 1024); a text without words is zero."""
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    for row, text in enumerate(texts):
        for feature, weight in _features(text):
            place, sign = _slot(feature)
            vectors[row, place] += sign * weight
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    np.divide(vectors, lengths, out=vectors, where=lengths > 0)
    return vectors


def _features(text: str) -> Iterator[tuple[str, float]]:
    counts = Counter(_WORD.findall(fold(text)))
    for word, count in counts.items():
        weight = (1 + math.log(count)) * (COMMON_WEIGHT if word in COMMON else 1.0)
        yield stem(word), weight
        pieces = _pieces(f"<{word}>")
        for piece in pieces:
            yield piece, weight * PIECE_WEIGHT / math.sqrt(len(pieces))


def _pieces(marked: str) -> list[str]:
    return [
        marked[start : start + size] for size in PIECES for start in range(len(marked) - size + 1)
    ]


@functools.lru_cache(maxsize=65536)
def _slot(feature: str) -> tuple[int, float]:
    digest = hashlib.blake2b(feature.encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "little")
    return number % DIMENSIONS, 1.0 if number >> 63 else -1.0

"""Which runs of characters occur in which texts, for many texts at once.

Texts stand in one array with pads between them. A run (a gram) is known by 32 bits; two that share
them cost a candidate more, never a wrong answer, for candidates are compared in full.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thoth_ai.values.folding import END

Words = NDArray[np.uint32]
Longs = NDArray[np.uint64]
PAD = ord(END)
_FACTOR = np.uint32(0x9E3779B1)
_HASH = 0x100000001B3
_SMALLEST, _LARGEST = 2, 4
SIZES = range(_SMALLEST, _LARGEST + 1)


@dataclass(frozen=True, slots=True)
class Run:
    """The grams of a block of texts: each gram with its texts, and each text's count and hash."""

    grams: Words
    counts: NDArray[np.int64]
    documents: Words
    sizes: NDArray[np.uint8]
    hashes: Words


def of_block(folded: str, count: int, size: int) -> Run:
    """Return the grams of `count` folded texts, joined by `END`, none of them empty."""
    codes, starts = _padded(folded, count, size)
    hashes = _hashes(codes, starts, size)
    grams, documents = _windows(codes, starts, size)
    keys = grams.astype(np.uint64) << np.uint64(32) | documents
    keys.sort()
    keys = keys[_firsts(keys)]
    documents = (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    found = (keys >> np.uint64(32)).astype(np.uint32)
    first = np.flatnonzero(_firsts(found))
    counts = np.diff(first, append=len(found))
    sizes = np.minimum(np.bincount(documents, minlength=count), 255).astype(np.uint8)
    return Run(found[first], counts, documents, sizes, hashes)


def of_text(folded: str, size: int) -> Words:
    """Return the different grams of one folded text."""
    if not folded:
        return np.empty(0, np.uint32)
    codes, starts = _padded(folded, 1, size)
    return np.unique(_windows(codes, starts, size)[0])


def hash_of(folded: str) -> np.uint32:
    """Return what `Run.hashes` has for a text."""
    codes, starts = _padded(folded, 1, _SMALLEST)
    return np.uint32(_hashes(codes, starts, _SMALLEST)[0])


def _pads(size: int) -> int:
    """A gram may begin before and end behind its text, so that the shortest have some too."""
    return max(1, size - 2)


def _padded(folded: str, count: int, size: int) -> tuple[Words, NDArray[np.int64]]:
    """Return the characters with pads between the texts, and where each text begins."""
    pads = END * _pads(size)
    told = f"{pads}{folded.replace(END, pads)}{pads}"
    codes = np.frombuffer(told.encode("utf-32-le", "surrogatepass"), np.uint32)
    inside = codes != PAD
    starts = np.flatnonzero(inside[1:] & ~inside[:-1]) + 1
    if len(starts) != count:
        raise ValueError("an empty text has no grams")
    return codes, starts


def _windows(codes: Words, starts: NDArray[np.int64], size: int) -> tuple[Words, Words]:
    """Return every gram that lies in one text, and the number of that text."""
    length = len(codes) - size + 1
    grams = np.zeros(length, np.uint32)
    inside = codes != PAD
    many = np.zeros(length, np.uint8)
    for at in range(size):
        grams *= _FACTOR
        grams += codes[at : at + length]
        many += inside[at : at + length]
    whole = many > 0
    if size > _SMALLEST:  # from the last character of one text to the first of the next
        whole &= ~(inside[:length] & inside[size - 1 :] & (many < size))
    begins = np.zeros(len(codes), np.uint32)
    begins[starts] = 1
    # A gram that begins before its text ends in it; any other begins in it.
    owner = np.cumsum(begins, dtype=np.uint32)
    owner = np.where(inside[:length], owner[:length], owner[size - 1 :]) - np.uint32(1)
    grams ^= grams >> np.uint32(15)
    return grams[whole], owner[whole]


def _hashes(codes: Words, starts: NDArray[np.int64], size: int) -> Words:
    """Return a number for each whole text; equal ones are compared before they count."""
    ends = np.append(starts[1:], len(codes)) - _pads(size)
    lengths = ends - starts
    powers = np.cumprod(np.full(int(lengths.max(initial=1)), _HASH, np.uint64), dtype=np.uint64)
    begins = np.insert(starts, 0, 0)
    spans = np.append(starts, len(codes)) - begins
    place = np.arange(len(codes)) - np.repeat(begins, spans)
    inside = codes != PAD
    terms = np.where(inside, codes * powers[np.where(inside, place, 0)], np.uint64(0))
    sums = np.add.reduceat(terms, starts)
    sums ^= sums >> np.uint64(29)
    sums *= np.uint64(0xBF58476D1CE4E5B9)
    return (sums >> np.uint64(32)).astype(np.uint32)


def _firsts(ordered: NDArray[np.uint32] | NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Mark the first of each group of equal neighbours."""
    marks = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=marks[1:])
    return marks

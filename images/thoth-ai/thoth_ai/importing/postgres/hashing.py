"""PostgreSQL's own hash functions, seed 0, over many values at once; both sides compare sums.

The algorithm is Bob Jenkins' lookup3, which is in the public domain.
"""

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]
Hashes = NDArray[np.uint64]
START = 0x9E3779B9 + 3923095
BLOCK = 12
_KEPT = (
    np.where(np.arange(BLOCK) < np.arange(BLOCK)[:, None], 255, 0).astype(np.uint8).view(np.uint32)
)
_MIX = (
    *(("a", "b", "c", 4), ("b", "c", "a", 6), ("c", "a", "b", 8)),
    *(("a", "b", "c", 16), ("b", "c", "a", 19), ("c", "a", "b", 4)),
)
_FINAL = (
    *(("c", "b", 14), ("a", "c", 11), ("b", "a", 25), ("c", "b", 16)),
    *(("a", "c", 4), ("b", "a", 14), ("c", "b", 24)),
)


def of_integers(values: NDArray[np.int64]) -> Hashes:
    """Return `hashint8extended` of each."""
    low = values.astype(np.uint32)
    high = (values >> np.int64(32)).astype(np.uint32)
    folded = low ^ np.where(values >= 0, high, ~high)
    start = np.full(len(values), (START + 4) % 2**32, np.uint32)
    return _final({"a": start + folded, "b": start.copy(), "c": start.copy()})


def of_doubles(values: NDArray[np.float64]) -> Hashes:
    """Return `hashfloat8extended` of each, which is the seed for both zeros."""
    found = np.zeros(len(values), np.uint64)
    words = values[values != 0].view(np.uint32).reshape(-1, 2)
    start = np.full(len(words), (START + 8) % 2**32, np.uint32)
    state = {"a": start + words[:, 0], "b": start + words[:, 1], "c": start.copy()}
    found[values != 0] = _final(state)
    return found


def of_texts(raw: NDArray[np.uint8], at: NDArray[np.int64], sizes: NDArray[np.int64]) -> Hashes:
    """Return `hashtextextended` of pieces of a run; a block behind its end must be readable."""
    state = {name: ((START + sizes) % 2**32).astype(np.uint32) for name in "abc"}
    for block in range(int(sizes.max(initial=0)) // BLOCK):
        longer = np.flatnonzero(sizes >= (block + 1) * BLOCK)
        part = {name: state[name][longer] for name in "abc"}
        _add(part, _words(raw, at[longer] + block * BLOCK))
        _mix(part)
        for name in "abc":
            state[name][longer] = part[name]
    whole = sizes // BLOCK * BLOCK
    _add(state, _rest(_words(raw, at + whole), sizes - whole))
    return _final(state)


def windows(raw: NDArray[np.uint8], at: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """Return so many bytes from each place on, a row for each place."""
    places = np.ndarray((len(raw) - width + 1,), f"V{width}", raw.data, strides=(1,))
    return places[at].view(np.uint8).reshape(-1, width)


def _words(raw: NDArray[np.uint8], at: NDArray[np.int64]) -> Words:
    found: Words = windows(raw, at, BLOCK).view(np.uint32)
    return found


def _rest(words: Words, left: NDArray[np.int64]) -> Words:
    """Blank what is behind the end; the lowest byte of the last word is the length's."""
    found: Words = words & _KEPT[left]
    found[:, 2] <<= np.uint32(8)
    return found


def _add(state: dict[str, Words], words: Words) -> None:
    for position, name in enumerate("abc"):
        state[name] = state[name] + words[:, position]


def _mix(state: dict[str, Words]) -> None:
    for one, other, last, by in _MIX:
        state[one] = (state[one] - state[last]) ^ _rotated(state[last], by)
        state[last] = state[last] + state[other]


def _final(state: dict[str, Words]) -> Hashes:
    for one, last, by in _FINAL:
        state[one] = (state[one] ^ state[last]) - _rotated(state[last], by)
    found: Hashes = state["b"].astype(np.uint64) << np.uint64(32) | state["c"]
    return found


def _rotated(words: Words, by: int) -> Words:
    found: Words = (words << np.uint32(by)) | (words >> np.uint32(32 - by))
    return found

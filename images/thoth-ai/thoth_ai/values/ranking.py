"""How alike two folded texts are."""

from collections.abc import Iterable

from thoth_ai.values.folding import END


def similarity(wanted: str, found: str, size: int) -> float:
    """Return 1.0 for the same text; a slip of the pen and another order of words both cost some."""
    if wanted == found:
        return 1.0
    return (2 * _edited(wanted, found) + _shared(wanted, found, size)) / 3


def _shared(one: str, other: str, size: int) -> float:
    """Return the share of grams that both have."""
    mine, theirs = _grams(one, size), _grams(other, size)
    return len(mine & theirs) / len(mine | theirs)


def _grams(text: str, size: int) -> frozenset[str]:
    pads = END * max(1, size - 2)
    padded = f"{pads}{text}{pads}"
    return frozenset(padded[at : at + size] for at in range(len(padded) - size + 1))


def _edited(one: str, other: str) -> float:
    """Return 1 less the share of characters to be changed."""
    return 1 - distance(one, other) / max(len(one), len(other))


def distance(one: str, other: str) -> int:
    """Return how many characters to insert, remove or replace: a whole column of bits at a time."""
    last = 1 << (len(one) - 1) if one else 0
    if not last:
        return len(other)
    at: dict[str, int] = _places(one)
    every = (1 << len(one)) - 1
    more, less, count = every, 0, len(one)
    for character in other:
        same = at.get(character, 0)
        straight = (((same & more) + more) ^ more) | same | less
        up = less | ~(straight | more)
        down = more & straight
        count += bool(up & last) - bool(down & last)
        up = up << 1 | 1
        more = (down << 1 | ~(straight | up)) & every
        less = up & straight & every
    return count


def _places(characters: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, character in enumerate(characters):
        found[character] = found.get(character, 0) | 1 << place
    return found

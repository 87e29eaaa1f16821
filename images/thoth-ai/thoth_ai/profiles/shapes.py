"""The shape of a text: which characters stand where, without saying which."""

from itertools import groupby

LONGEST = 24
SHORTEST_RUN = 5


def of(text: str) -> str:
    """Return digits as 9 and letters as A and a; of a long run how long it is, or that it is."""
    parts = []
    for letter, run in groupby(map(_class, text)):
        count = sum(1 for _ in run)
        if count < SHORTEST_RUN:
            parts.append(letter * count)
        else:
            parts.append(f"9{{{count}}}" if letter == "9" else f"{letter}+")
    whole = "".join(parts)
    return whole if len(whole) <= LONGEST else whole[: LONGEST - 1] + "…"


def _class(letter: str) -> str:
    if letter.isdigit():
        return "9"
    if letter.isalpha():
        return "A" if letter.isupper() else "a"
    return letter if letter.isprintable() else " "

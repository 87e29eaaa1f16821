"""Values of the shapes people store, and the ways in which they ask for them."""

import random
from collections.abc import Callable

FIRST = ("Lincoln", "Washington", "Franklin", "Jefferson", "Roosevelt", "Oak", "Pine", "Maple", "San José", "Los Ángeles",
         "Santa Bárbara", "Ulrich", "Ricci", "Larson", "Peña", "Müller", "Mission", "Valley", "Harbor", "Sunset")  # fmt: skip
KINDS = ("Elementary", "Middle School", "High School", "Unified", "Academy", "Street", "Avenue", "Road", "Charter",
         "Community Day", "Preparatory", "Institute")  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyz"
Spelled = Callable[[str, random.Random], str]
SYLLABLES = [
    first + vowel + last
    for first in "bcdfglmnprst"
    for vowel in "aeiou"
    for last in ("", "n", "r", "s")
]


def values(count: int, seed: int = 7) -> list[str]:
    """Return different values: names, streets, codes and short ones."""
    chance = random.Random(seed)
    found: dict[str, None] = dict.fromkeys(("F", "CA", "09", "K-12", "東京"))
    while len(found) < count:
        found[_value(chance)] = None
    return list(found)


def _value(chance: random.Random) -> str:
    name = "".join(chance.choices(SYLLABLES, k=chance.randrange(2, 4))).title()
    match chance.randrange(10):
        case 0 | 1 | 2:
            return f"{chance.choice(FIRST)} {name} {chance.choice(KINDS)}"
        case 3 | 4:
            return f"{chance.randrange(1, 9999)} {name} {chance.choice(KINDS)}"
        case 5 | 6:
            other = "".join(chance.choices(SYLLABLES, k=3)).title()
            return f"{name} {other}"
        case 7:
            return f"{chance.randrange(10**14):014d}"
        case 8:
            return f"{name}-{chance.randrange(1000):03d}"
        case _:
            return f"{name}.{chance.choice(FIRST)}@{name}.example.org".lower()


def other_case(text: str, _: random.Random) -> str:
    return text.swapcase()


def one_typo(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    letter = chance.choice(LETTERS)
    match chance.randrange(4):
        case 0:
            return text[:place] + letter + text[place + 1 :]
        case 1:
            return text[:place] + text[place + 1 :]
        case 2:
            return text[:place] + letter + text[place:]
        case _:
            return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


def two_typos(text: str, chance: random.Random) -> str:
    return one_typo(one_typo(text, chance), chance)

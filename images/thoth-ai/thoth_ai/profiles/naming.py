"""How much the names of columns and tables speak for one referring to the other."""

import functools
import re

from thoth_ai.answering.words import fold, singular

ENDINGS = frozenset("cd code fk id key no nr num number ref".split())
WITHIN = frozenset("boss chief former manager next parent prev previous root supervisor".split())


def likeness(column: str, table: str, key: str) -> float:
    """Say how much: 1 where the column names the table or its key."""
    name, its, of = words(column), words(key), words(table)
    telling = name - ENDINGS
    if name == its and (telling or len(name) > 1):
        return 1.0
    if telling and (telling == of or telling == its - ENDINGS):
        return 1.0
    if telling and telling & (of | its) - ENDINGS:
        return 0.5
    return 0.0


def within(column: str, table: str, key: str) -> float:
    """Say how much in one table, which says that it refers to itself: parent_id, reports_to."""
    name = words(column)
    telling = name - ENDINGS
    return 0.5 if telling & (WITHIN | words(table)) and name != words(key) else 0.0


@functools.lru_cache(16_384)
def words(name: str) -> frozenset[str]:
    """Return the words of a name, folded and singular."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    folded = re.split(r"[\W_]+", fold(spaced))
    return frozenset(singular(word) for word in folded if word)

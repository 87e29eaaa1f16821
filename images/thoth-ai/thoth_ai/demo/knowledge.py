"""What comes with the demo database: descriptions, examples and hints."""

from collections.abc import Mapping
from dataclasses import dataclass

from thoth_ai.demo import (
    challenging_examples,
    descriptions,
    evidence,
    moderate_examples,
    simple_examples,
)
from thoth_ai.demo.example import Example

__all__ = ["EVIDENCE", "EXAMPLES", "Example", "TableNote", "describe"]

EVIDENCE: tuple[str, ...] = evidence.EVIDENCE
EXAMPLES: tuple[Example, ...] = (
    *simple_examples.EXAMPLES,
    *moderate_examples.EXAMPLES,
    *challenging_examples.EXAMPLES,
)


@dataclass(frozen=True, slots=True)
class TableNote:
    """The words about a table and about each of its columns."""

    description: str
    columns: Mapping[str, str]


def describe() -> dict[str, TableNote]:
    """Return the words about every table and every column."""
    return {
        "schools": TableNote(
            "Schools and districts: one row for each, open or not, with address, kind and status.",
            descriptions.SCHOOLS,
        ),
        "frpm": TableNote(
            "Free or reduced price meals: one row for each school that taught in 2014-2015.",
            descriptions.FRPM,
        ),
        "satscores": TableNote(
            "SAT scores: one row for each school with a twelfth grade and for each such district.",
            descriptions.SATSCORES,
        ),
    }

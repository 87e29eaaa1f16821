"""The form of a question with the SQL that answers it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A question, its SQL, the hint one needs for it, and how hard it is."""

    question: str
    sql: str
    evidence: str
    difficulty: str

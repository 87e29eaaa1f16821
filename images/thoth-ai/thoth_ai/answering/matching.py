"""Decides whether a stored question asks the same as the one at hand; in doubt it does not."""

from collections.abc import Sequence
from dataclasses import dataclass

from thoth_ai.answering.canonical import form


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored question and the key of its example."""

    key: str
    question: str


@dataclass(frozen=True, slots=True)
class Match:
    """The example that answers, and how alike the wordings are, 0 to 1."""

    key: str
    similarity: float


def closest(
    question: str, candidates: Sequence[Candidate], similarities: Sequence[float]
) -> Match | None:
    """Return the most similar candidate that asks the same; similarity alone never suffices.

    A vector cannot tell "Alameda" from "Fresno" in two otherwise equal questions, and an answer
    to another question is worse than none: hence the same form is required.
    """
    asked = form(question)
    if not asked.says_something:
        return None
    ranked = sorted(zip(similarities, candidates, strict=True), key=lambda pair: -pair[0])
    for similarity, candidate in ranked:
        if asked.equals(form(candidate.question)):
            return Match(candidate.key, min(1.0, max(0.0, similarity)))
    return None

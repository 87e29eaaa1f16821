"""Every example proves itself on the copy before it is stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from thoth_ai.answering import sql_guard
from thoth_ai.answering.reading import Limits, QueryFailedError, QueryTimeoutError, Reader
from thoth_ai.importing.question_file import Proposal

LIMITS = Limits(seconds=10, rows=1)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A question that will not be stored, and why."""

    question: str
    reason: str


def try_all(
    reader: Reader,
    proposals: Sequence[Proposal],
    *,
    dialect: str = "sqlite",
    done: Callable[[int], None],
) -> tuple[list[Proposal], list[Rejection]]:
    """Return those whose SQL is allowed and runs, and the others with their reasons."""
    accepted: list[Proposal] = []
    rejected: list[Rejection] = []
    for proposal in proposals:
        reason = objection(reader, proposal.sql, dialect)
        if reason is None:
            accepted.append(proposal)
        else:
            rejected.append(Rejection(proposal.question, reason))
        done(1)
    return accepted, rejected


def objection(reader: Reader, sql: str, dialect: str = "sqlite") -> str | None:
    """Return why this SQL cannot be stored, if it cannot."""
    try:
        reader.run(sql_guard.check(sql, dialect=dialect), LIMITS)
    except (
        sql_guard.RefusedSqlError,
        QueryFailedError,
        QueryTimeoutError,
    ) as error:
        return str(error)
    return None

"""Every example proves itself on the copy before it is stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from thoth_ai.answering import sql_guard, sqlite_reader
from thoth_ai.importing.question_file import Proposal

LIMITS = sqlite_reader.Limits(seconds=10, rows=1)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A question that will not be stored, and why."""

    question: str
    reason: str


def try_all(
    path: Path, proposals: Sequence[Proposal], *, done: Callable[[int], None]
) -> tuple[list[Proposal], list[Rejection]]:
    """Return those whose SQL is allowed and runs, and the others with their reasons."""
    accepted: list[Proposal] = []
    rejected: list[Rejection] = []
    for proposal in proposals:
        reason = objection(path, proposal.sql)
        if reason is None:
            accepted.append(proposal)
        else:
            rejected.append(Rejection(proposal.question, reason))
        done(1)
    return accepted, rejected


def objection(path: Path, sql: str) -> str | None:
    """Return why this SQL cannot be stored, if it cannot."""
    try:
        sqlite_reader.run(path, sql_guard.check(sql), limits=LIMITS)
    except (
        sql_guard.RefusedSqlError,
        sqlite_reader.QueryFailedError,
        sqlite_reader.QueryTimeoutError,
    ) as error:
        return str(error)
    return None

"""Every example proves itself on the copy before it is stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from thoth_ai.answering import sql_guard
from thoth_ai.answering.reading import Limits, QueryFailedError, QueryTimeoutError, Reader
from thoth_ai.importing.question_file import Proposal

LIMITS = Limits(seconds=10, rows=1)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A question that will not be an example, and why."""

    proposal: Proposal
    reason: str

    @property
    def question(self) -> str:
        """Return what was asked."""
        return self.proposal.question


class Adopt(Protocol):
    """Returns a question with SQL that runs, or why not; `native`: it is written for this place."""

    def __call__(self, proposal: Proposal, *, native: bool) -> Proposal | str: ...


@dataclass(slots=True)
class Trials:
    """What came of the questions so far; every one is told to `done`."""

    adopt: Adopt
    done: Callable[[int], None]
    accepted: list[Proposal] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def run(self, proposals: Sequence[Proposal], *, native: bool) -> None:
        """Try these too."""
        for proposal in proposals:
            adopted = self.adopt(proposal, native=native)
            if isinstance(adopted, str):
                self.rejected.append(Rejection(proposal, adopted))
            else:
                self.accepted.append(adopted)
            self.done(1)


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

"""A question under way, and what every part of answering needs to know of it."""

import time
from dataclasses import dataclass, field, replace

from thoth_ai.answering.prompt import Pair
from thoth_ai.questions.answers import Nearest, NoAnswer, Reason
from thoth_ai.questions.hearing import Hear, silent
from thoth_ai.questions.point_index import Found

SHOWN = 3
LEAST_SHOWN = 0.2
HINTS = {
    Reason.NO_CLOSE_EXAMPLE: "Ask in words closer to one of the stored questions, add an example"
    " with its SQL, or let a language model answer: `thothctl keys set PROVIDER`.",
    Reason.NO_WORKSPACE: "Ask without a workspace, or import a database with thothctl import-bird.",
    Reason.DECLINED: "Ask for something the tables hold, or describe in a hint what is meant.",
    Reason.MODEL_UNAVAILABLE: "Check the key and the network with `thothctl keys check`.",
    Reason.REFUSED: "Ask in other words; only a SELECT on the tables of the workspace is run.",
    Reason.FAILED: "Ask in other words, or write the SQL yourself.",
    Reason.TIMEOUT: "Ask for less, for instance for one year or one place.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its place in a conversation; `earlier` has the oldest turn first."""

    question: str
    workspace: str | None = None
    previous: int | None = None
    earlier: tuple[Pair, ...] = ()
    hear: Hear = silent
    started: float = field(default_factory=time.monotonic)

    def heard_by(self, hear: Hear) -> "Asked":
        """Return the same question with somebody who listens."""
        return replace(self, hear=hear)

    @property
    def elapsed_ms(self) -> int:
        """Return how long it has taken until now."""
        return round((time.monotonic() - self.started) * 1000)

    @property
    def seconds(self) -> float:
        """Return how long it has taken until now."""
        return time.monotonic() - self.started


def no_answer(
    asked: Asked,
    reason: Reason,
    message: str,
    near: Found = (),
    hint: str = "",
) -> NoAnswer:
    """Say no, with what would help and the stored questions nearby."""
    shown = [pair for pair in near if pair[1] >= LEAST_SHOWN][:SHOWN]
    return NoAnswer(
        workspace=asked.workspace,
        question=asked.question,
        reason=reason,
        message=message,
        hint=hint or HINTS[reason],
        nearest=tuple(
            Nearest(entry.text, entry.workspace, round(score, 4)) for entry, score in shown
        ),
        elapsed_ms=asked.elapsed_ms,
        previous=asked.previous,
    )

"""The procedure from a question to an answer."""

import logging
import time
from dataclasses import dataclass

from thoth_ai.answering import matching, sql_guard, sqlite_reader
from thoth_ai.metrics import registry
from thoth_ai.questions.answers import Answer, Nearest, NoAnswer, Reason, Source
from thoth_ai.questions.example_index import Entry, ExampleIndex
from thoth_ai.workspaces import storage
from thoth_ai.workspaces.models import Example, Workspace

logger = logging.getLogger(__name__)

ATTEMPTS = 3
CANDIDATES = 20
SHOWN = 3
LEAST_SHOWN = 0.2
HINTS = {
    Reason.NO_CLOSE_EXAMPLE: "Ask in words closer to one of the stored questions, or add an"
    " example with its SQL in the administration.",
    Reason.NO_WORKSPACE: "Ask without a workspace, or import a database with thothctl import-bird.",
    Reason.REFUSED: "Correct the SQL of the example in the administration.",
    Reason.FAILED: "Run thothctl import-bird again with --replace, or correct the example's SQL.",
    Reason.TIMEOUT: "Ask for less, or make the example's SQL cheaper.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question under way."""

    question: str
    workspace: str | None
    started: float

    @property
    def elapsed_ms(self) -> int:
        """Return how long it has taken until now."""
        return round((time.monotonic() - self.started) * 1000)


class _ReplacedError(Exception):
    """The example or its file went away while it was asked: an import replaced it."""


class Asker:
    """Answers questions from stored examples only, and says so."""

    def __init__(self) -> None:
        self._index = ExampleIndex()

    def ask(self, question: str, workspace: str | None = None) -> Answer | NoAnswer:
        """Answer, or say honestly why not."""
        asked = Asked(" ".join(question.split()), workspace, time.monotonic())
        reply = self._reply(asked)
        outcome = "answered" if isinstance(reply, Answer) else reply.reason.value
        registry.QUESTIONS.labels(outcome=outcome).inc()
        logger.info(
            "question asked",
            extra={"outcome": outcome, "workspace": workspace, "duration_ms": reply.elapsed_ms},
        )
        return reply

    def _reply(self, asked: Asked) -> Answer | NoAnswer:
        for _ in range(ATTEMPTS):
            try:
                return self._once(asked)
            except _ReplacedError:
                continue
        return _no_answer(asked, Reason.FAILED, "The database's file is missing.")

    def _once(self, asked: Asked) -> Answer | NoAnswer:
        if refusal := _missing_workspace(asked):
            return refusal
        near = self._index.nearest(asked.question, workspace=asked.workspace, limit=CANDIDATES)
        candidates = [matching.Candidate(str(entry.example), entry.question) for entry, _ in near]
        match = matching.closest(asked.question, candidates, [score for _, score in near])
        if match is None:
            message = "No stored example is close enough to answer this safely."
            return _no_answer(asked, Reason.NO_CLOSE_EXAMPLE, message, near)
        return _run(asked, _example(match.key), match.similarity, near)


def _missing_workspace(asked: Asked) -> NoAnswer | None:
    if asked.workspace is None:
        if Workspace.objects.exists():
            return None
        return _no_answer(asked, Reason.NO_WORKSPACE, "There is no workspace yet.")
    if Workspace.objects.filter(name=asked.workspace).exists():
        return None
    return _no_answer(
        asked, Reason.NO_WORKSPACE, f"There is no workspace named {asked.workspace!r}."
    )


def _example(key: str) -> Example:
    found = Example.objects.select_related("database", "workspace").filter(pk=int(key)).first()
    if found is None:
        raise _ReplacedError
    return found


def _run(
    asked: Asked, example: Example, similarity: float, near: list[tuple[Entry, float]]
) -> Answer | NoAnswer:
    try:
        sql = sql_guard.check(example.sql)
        result = sqlite_reader.run(storage.path_of(example.database), sql)
    except sql_guard.RefusedSqlError as error:
        return _no_answer(asked, Reason.REFUSED, f"The stored SQL is refused: {error}", near)
    except sqlite_reader.QueryTimeoutError as error:
        return _no_answer(asked, Reason.TIMEOUT, str(error), near)
    except sqlite_reader.QueryFailedError as error:
        if not storage.path_of(example.database).exists():
            raise _ReplacedError from error
        return _no_answer(asked, Reason.FAILED, f"The database could not answer: {error}", near)
    return Answer(
        workspace=example.workspace.name,
        question=asked.question,
        sql=sql,
        columns=result.columns,
        rows=result.rows,
        row_count=len(result.rows),
        truncated=result.truncated,
        notice=example.workspace.notice,
        source=Source(example.question, round(similarity, 4), example.origin),
        evidence=(example.evidence,) if example.evidence else (),
        elapsed_ms=asked.elapsed_ms,
    )


def _no_answer(
    asked: Asked, reason: Reason, message: str, near: list[tuple[Entry, float]] | None = None
) -> NoAnswer:
    shown = [pair for pair in near or () if pair[1] >= LEAST_SHOWN][:SHOWN]
    return NoAnswer(
        workspace=asked.workspace,
        question=asked.question,
        reason=reason,
        message=message,
        hint=HINTS[reason],
        nearest=tuple(
            Nearest(entry.question, entry.workspace, round(score, 4)) for entry, score in shown
        ),
        elapsed_ms=asked.elapsed_ms,
    )

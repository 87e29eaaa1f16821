"""Answers from stored examples: only when one asks the same."""

from thoth_ai.answering import chart, matching, sql_guard
from thoth_ai.answering.reading import QueryFailedError, QueryTimeoutError
from thoth_ai.questions.answers import Answer, Reason, Reply, Source
from thoth_ai.questions.asked import Asked, no_answer
from thoth_ai.questions.point_index import Found
from thoth_ai.workspaces import readers
from thoth_ai.workspaces.models import Example

MEND = "Correct the SQL of the example in the administration."


class ReplacedError(Exception):
    """The example or its file went away while it was asked: an import replaced it."""


def match(asked: Asked, near: Found) -> matching.Match | None:
    """Return the example that asks the same, found among the nearest; the newest of equals."""
    newest = sorted(near, key=lambda pair: -int(pair[0].ref))
    candidates = [matching.Candidate(entry.ref, entry.text) for entry, _ in newest]
    return matching.closest(asked.question, candidates, [round(score, 4) for _, score in newest])


def match_without_vectors(asked: Asked) -> matching.Match | None:
    """Return the example that asks the same, found by looking at all of them."""
    examples = Example.objects.order_by("-id")
    if asked.workspace is not None:
        examples = examples.filter(workspace__name=asked.workspace)
    candidates = [
        matching.Candidate(str(key), question)
        for key, question in examples.values_list("pk", "question")
    ]
    return matching.closest(asked.question, candidates, [0.0] * len(candidates))


def answer(asked: Asked, match: matching.Match, near: Found) -> Reply:
    """Run the example's SQL; raises ReplacedError when it is no longer there."""
    example = _example(match.key)
    database = example.database
    try:
        sql = sql_guard.check(example.sql, dialect=database.engine)
        result = readers.reader_of(database).run(sql, readers.limits())
    except sql_guard.RefusedSqlError as error:
        return no_answer(asked, Reason.REFUSED, f"The stored SQL is refused: {error}", near, MEND)
    except QueryTimeoutError as error:
        return no_answer(asked, Reason.TIMEOUT, str(error), near)
    except QueryFailedError as error:
        if not readers.is_there(database):
            raise ReplacedError from error
        message = f"The database could not answer: {error}"
        return no_answer(asked, Reason.FAILED, message, near, MEND)
    similarity = round(match.similarity, 4)
    return Answer(
        workspace=example.workspace.name,
        question=asked.question,
        sql=sql,
        columns=result.columns,
        rows=result.rows,
        row_count=len(result.rows),
        truncated=result.truncated,
        notice=example.workspace.notice,
        source=Source("example", example.question, similarity, example.origin),
        elapsed_ms=asked.elapsed_ms,
        evidence=(example.evidence,) if example.evidence else (),
        chart=chart.suited(result.columns, result.rows),
    )


def _example(key: str) -> Example:
    found = Example.objects.select_related("database", "workspace").filter(pk=int(key)).first()
    if found is None:
        raise ReplacedError
    return found

"""Keeps what was asked, and turns what people found right into examples."""

from dataclasses import dataclass, replace

from django.db import transaction

from thoth_ai.accounts.models import User
from thoth_ai.answering.prompt import Pair
from thoth_ai.answering.reading import Limits
from thoth_ai.questions import background, written
from thoth_ai.questions.answers import Answer, Reply, as_document
from thoth_ai.questions.models import Question, Verdict
from thoth_ai.workspaces import readers
from thoth_ai.workspaces.models import Database, Example, Origin

LONGEST_CONVERSATION = 3
TRIAL = Limits(rows=1)


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a verdict; `note` says why there is no example."""

    verdict: str
    example: int | None
    note: str = ""


def record(user: User, reply: Reply) -> Reply:
    """Keep a reply without its rows; return it with its number."""
    bare = replace(reply, columns=(), rows=()) if isinstance(reply, Answer) else reply
    usage = reply.usage
    kept = Question.objects.create(
        user=user,
        workspace=reply.workspace or "",
        text=reply.question,
        restated=reply.restated if isinstance(reply, Answer) else "",
        answered=reply.answered,
        sql=reply.sql,
        reply=as_document(bare),
        row_count=reply.row_count if isinstance(reply, Answer) else 0,
        input_tokens=usage.input_tokens if usage else 0,
        output_tokens=usage.output_tokens if usage else 0,
        cost_usd=usage.cost_usd if usage else None,
        elapsed_ms=reply.elapsed_ms,
        previous_id=reply.previous,
    )
    return replace(reply, id=kept.pk)


def conversation(question: Question | None) -> tuple[Pair, ...]:
    """Return the answered turns that led here, the oldest first."""
    turns: list[Pair] = []
    while question is not None and len(turns) < LONGEST_CONVERSATION:
        if question.sql:
            turns.append(Pair(question.text, question.sql))
        question = question.previous
    return tuple(reversed(turns))


@transaction.atomic
def judge(question: Question, verdict: Verdict, sql: str) -> Judged:
    """Keep the verdict; what is right becomes an example, what no longer is stops being one.

    Raises RefusedSqlError, UnknownNameError, QueryFailedError or QueryTimeoutError when corrected
    SQL does not run.
    """
    if question.example is not None:
        question.example.delete()
        question.example = None
    note = ""
    if verdict == Verdict.UP:
        note = _objection(question, sql) or ""
        question.example = None if note else _example(question, sql or question.sql)
    question.verdict = verdict
    question.save()
    return Judged(verdict, question.example.pk if question.example else None, note)


def _objection(question: Question, sql: str) -> str | None:
    if not (sql or question.sql):
        return "There is no SQL to keep."
    if _database(question) is None:
        return "Its workspace is no longer there."
    source = question.reply.get("source", {})
    if source.get("kind") == "example" and sql in ("", question.sql):
        return "It is answered from a stored example already."
    if question.previous_id and not question.restated:
        return "A follow-up makes sense only after the question before it."
    return None


def _example(question: Question, sql: str) -> Example:
    database = _database(question)
    assert database is not None  # noqa: S101 - no objection was found
    checked = written.check(sql, background.schema_of(database))
    readers.reader_of(database).run(checked, TRIAL)
    return Example.objects.create(
        workspace=database.workspace,
        database=database,
        question=(question.previous_id and question.restated) or question.text,
        sql=checked,
        origin=Origin.USER,
    )


def _database(question: Question) -> Database | None:
    return Database.objects.filter(workspace__name=question.workspace).order_by("id").first()

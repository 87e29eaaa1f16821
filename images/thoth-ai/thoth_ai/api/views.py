"""The endpoints that answer questions."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)

from thoth_ai.answering.names import UnknownNameError
from thoth_ai.answering.reading import QueryFailedError, QueryTimeoutError, Result
from thoth_ai.answering.sql_guard import RefusedSqlError
from thoth_ai.api.access import authorised, user_of
from thoth_ai.api.bodies import LONGEST_QUESTION, LONGEST_SQL, Body
from thoth_ai.api.problems import ProblemError
from thoth_ai.api.streaming import events
from thoth_ai.language_model import BusyError, at_once
from thoth_ai.questions import catalogue, edited, history
from thoth_ai.questions.answers import as_document
from thoth_ai.questions.ask import Asker
from thoth_ai.questions.asked import Asked
from thoth_ai.questions.hearing import Hear, silent
from thoth_ai.questions.models import Question
from thoth_ai.workspaces.models import Database, Workspace

ASKER = Asker()
LONGEST_NAME = 200
NOT_RUN = (RefusedSqlError, UnknownNameError, QueryFailedError, QueryTimeoutError)


@authorised(("POST",))
def ask(request: HttpRequest) -> HttpResponseBase:
    """Answer a question, at once or as a stream of what is going on."""
    body = Body(request, "question", "workspace", "previous")
    user = user_of(request)
    previous = body.optional_number("previous")
    asked = Asked(
        question=body.text("question", most=LONGEST_QUESTION),
        workspace=body.optional_text("workspace", most=LONGEST_NAME) or None,
        previous=previous,
        earlier=history.conversation(_previous(request, previous)),
    )

    def work(hear: Hear) -> dict[str, object]:
        try:
            reply = ASKER.ask(asked.heard_by(hear))
        except BusyError as error:
            raise _busy() from error
        return as_document(history.record(user, reply))

    if "text/event-stream" in request.headers.get("Accept", ""):
        return events(work)
    return JsonResponse(work(silent))


@authorised(("POST",))
def sql(request: HttpRequest) -> HttpResponseBase:
    """Run SQL that a person wrote; as CSV the whole result."""
    body = Body(request, "workspace", "sql", "question")
    database = _database(body.text("workspace", most=LONGEST_NAME))
    text = body.text("sql", most=LONGEST_SQL)
    try:
        if "text/csv" in request.headers.get("Accept", ""):
            return _csv(edited.run(database, text, limits=edited.EXPORT), database.workspace.name)
        original = _previous(request, body.optional_number("question"))
        answer = edited.answer(database, text, original.text if original else "")
    except NOT_RUN as error:
        raise not_run(error) from error
    if original and (original.workspace, original.sql) == (answer.workspace, answer.sql):
        return JsonResponse(as_document(replace(answer, id=original.pk)))  # seen again, not asked
    return JsonResponse(as_document(history.record(user_of(request), answer)))


@authorised(
    (
        "GET",
        "HEAD",
    )
)
def workspaces(_: HttpRequest) -> HttpResponse:
    """List what can be asked."""
    return JsonResponse({"workspaces": [asdict(entry) for entry in catalogue.workspaces()]})


def not_run(error: Exception) -> ProblemError:
    """Return the problem of SQL that was refused or failed."""
    return ProblemError(422, "SQL not run", str(error), "Correct the SQL and run it again.")


def _busy() -> ProblemError:
    detail = f"{at_once()} questions are with the language model already."
    return ProblemError(503, "Busy", detail, "Ask again in a few seconds.")


def _previous(request: HttpRequest, number: int | None) -> Question | None:
    if number is None:
        return None
    found = Question.objects.filter(user=user_of(request), pk=number).first()
    if found is None:
        hint = "Leave it out to ask anew."
        raise ProblemError(404, "Not found", f"You have no question {number}.", hint)
    return found


def _database(name: str) -> Database:
    found = Database.objects.filter(workspace__name=name).order_by("id").first()
    if found is None:
        known = ", ".join(Workspace.objects.values_list("name", flat=True)) or "none"
        detail, hint = f"There is no workspace named {name!r}.", f"Workspaces: {known}."
        raise ProblemError(404, "Not found", detail, hint)
    return found


def _csv(result: Result, name: str) -> HttpResponseBase:
    response = StreamingHttpResponse(
        _lines((result.columns, *result.rows)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["X-Truncated"] = "true" if result.truncated else "false"
    return response


def _lines(rows: Sequence[Sequence[object]]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()

"""The endpoints of the history."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from thoth_ai.api.access import authorised, user_of
from thoth_ai.api.bodies import LONGEST_SQL, Body, bad, listed
from thoth_ai.api.problems import ProblemError
from thoth_ai.api.views import NOT_RUN, not_run
from thoth_ai.questions import history
from thoth_ai.questions.models import Question, Verdict


@authorised(
    (
        "GET",
        "HEAD",
    )
)
def questions(request: HttpRequest) -> HttpResponse:
    """List what the user asked, newest first."""
    limit, before = listed(request)
    found = Question.objects.filter(user=user_of(request))
    if name := request.GET.get("workspace"):
        found = found.filter(workspace=name)
    if before:
        found = found.filter(pk__lt=before)
    return JsonResponse({"questions": [_line(question) for question in found[:limit]]})


@authorised(
    (
        "GET",
        "HEAD",
        "DELETE",
    )
)
def question(request: HttpRequest, number: int) -> HttpResponse:
    """Show a stored reply without its rows, or forget it."""
    found = _found(request, number)
    if request.method == "DELETE":
        found.delete()
        return HttpResponse(status=204)
    return JsonResponse({**found.reply, "id": found.pk, "verdict": found.verdict})


@authorised(("POST",))
def verdict(request: HttpRequest, number: int) -> HttpResponse:
    """Say whether an answer was right; what is right becomes an example."""
    body = Body(request, "verdict", "sql")
    given = body.optional_text("verdict", most=10)
    if given not in Verdict.values:
        raise bad("verdict must be up, down or empty.")
    sql = body.optional_text("sql", most=LONGEST_SQL)
    try:
        judged = history.judge(_found(request, number), Verdict(given), sql)
    except NOT_RUN as error:
        raise not_run(error) from error
    document = {"verdict": judged.verdict, "example": judged.example, "note": judged.note}
    return JsonResponse(document)


def _found(request: HttpRequest, number: int) -> Question:
    found = Question.objects.filter(user=user_of(request), pk=number).first()
    if found is None:
        hint = "List yours with GET /api/v1/questions."
        raise ProblemError(404, "Not found", f"You have no question {number}.", hint)
    return found


def _line(question: Question) -> dict[str, Any]:
    return {
        "id": question.pk,
        "question": question.text,
        "workspace": question.workspace,
        "answered": question.answered,
        "asked_at": question.asked_at.isoformat(),
        "sql": question.sql,
        "verdict": question.verdict,
    }

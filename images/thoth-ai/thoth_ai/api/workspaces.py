"""The endpoints of one workspace: what is known of it, and teaching it more."""

import json
from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError

from thoth_ai.api.access import authorised, user_of
from thoth_ai.api.bodies import bad, listed
from thoth_ai.api.problems import ProblemError
from thoth_ai.importing import knowledge_document, teaching
from thoth_ai.importing.knowledge_document import RefusedDocumentError
from thoth_ai.importing.teaching import RefusedExampleError, Taken
from thoth_ai.questions import catalogue
from thoth_ai.workspaces import details, editing, removal
from thoth_ai.workspaces.models import Workspace

Result = TypeVar("Result")
LARGEST_DOCUMENT = 16 * 1024 * 1024


@authorised(("GET", "HEAD", "PATCH", "DELETE"))
def workspace(request: HttpRequest, name: str) -> HttpResponse:
    """Show a workspace, change its title and notice, or remove it with its data."""
    found = _found(name)
    if request.method == "PATCH":
        told = _parsed(request, knowledge_document.parse_details)
        return JsonResponse({"changed": editing.write_details(found, told)})
    if request.method == "DELETE":
        _refuse_guests(request)
        removal.remove(found)
        return HttpResponse(status=204)
    suggested = catalogue.suggestions(found.name)
    return JsonResponse({**details.of_workspace(found), "suggestions": suggested})


@authorised(("PATCH",))
def descriptions(request: HttpRequest, name: str) -> HttpResponse:
    """Describe tables and columns; what is not named stays."""
    found = _found(name)
    change = editing.prepare(found, _parsed(request, knowledge_document.parse_words))
    if change.unknown:
        detail = f"{name} does not have: {', '.join(change.unknown)}."
        raise _refused(detail, f"See GET /api/v1/workspaces/{name} for its tables and columns.")
    return JsonResponse({"changed": _unless_gone(name, lambda: editing.write(found, change))})


@authorised(("GET", "HEAD", "POST"))
def examples(request: HttpRequest, name: str) -> HttpResponse:
    """List stored or refused questions, newest first, or add one whose SQL proves itself."""
    found = _found(name)
    if request.method == "POST":
        return _added(request, found)
    limit, before = listed(request)
    refused = request.GET.get("rejected", "").lower() in {"1", "true"}
    rows = (found.rejected_examples if refused else found.examples).order_by("-id")
    page = rows.filter(pk__lt=before) if before else rows
    shown = [details.of_example(one) for one in page[:limit]]
    return JsonResponse({"examples": shown, "total": rows.count()})


@authorised(("DELETE",))
def example(_: HttpRequest, name: str, number: int) -> HttpResponse:
    """Forget a stored question."""
    row = _found(name).examples.filter(pk=number).first()
    if row is None:
        hint = f"List them with GET /api/v1/workspaces/{name}/examples."
        raise ProblemError(404, "Not found", f"{name} has no example {number}.", hint)
    row.delete()
    return HttpResponse(status=204)


@authorised(("GET", "HEAD"))
def export(_: HttpRequest, name: str) -> HttpResponse:
    """Give what is known about a workspace as one document, without rows."""
    return JsonResponse(teaching.export(_found(name)))


@authorised(("POST",))
def take(request: HttpRequest, name: str) -> HttpResponse:
    """Add the knowledge of such a document, all that fits or, if it is refused, nothing."""
    found = _found(name)
    document = _parsed(request, knowledge_document.parse)
    try:
        taken = _unless_gone(name, lambda: teaching.take(found, document))
    except RefusedExampleError as error:
        raise _refused(str(error), "Import a database into it first.") from error
    return JsonResponse(_summary(taken))


def _summary(taken: Taken) -> dict[str, object]:
    return {
        "added": {
            "examples": taken.examples,
            "evidence": taken.evidence,
            "descriptions": taken.descriptions,
        },
        "skipped": [{"what": one.what, "why": one.why} for one in taken.skipped],
    }


def _added(request: HttpRequest, found: Workspace) -> HttpResponse:
    proposal = _parsed(request, knowledge_document.parse_example)
    try:
        row = _unless_gone(found.name, lambda: teaching.add_example(found, proposal))
    except RefusedExampleError as error:
        raise _refused(f"The example is refused: {error}", "Correct its SQL.") from error
    return JsonResponse(details.of_example(row), status=201)


def _found(name: str) -> Workspace:
    found = Workspace.objects.filter(name=name).first()
    if found is None:
        raise _unknown(name)
    return found


def _unknown(name: str) -> ProblemError:
    names = ", ".join(Workspace.objects.values_list("name", flat=True))
    hint = f"Choose one of: {names}." if names else "Import one with thothctl import-bird."
    return ProblemError(404, "Not found", f"There is no workspace named {name}.", hint)


def _unless_gone(name: str, act: Callable[[], Result]) -> Result:
    """An import may have replaced the workspace since it was found."""
    try:
        return act()
    except Workspace.DoesNotExist as error:
        raise _unknown(name) from error


def _parsed(request: HttpRequest, parse: Callable[[object], Result]) -> Result:
    try:
        body = request.read(LARGEST_DOCUMENT + 1)
    except UnreadablePostError as error:
        raise bad("The body ended early.") from error
    if len(body) > LARGEST_DOCUMENT:
        detail = f"The body is larger than {LARGEST_DOCUMENT:,} bytes."
        raise ProblemError(413, "Too large", detail, "Send it in parts.")
    try:
        return parse(json.loads(body))
    except RefusedDocumentError as error:
        raise _refused(str(error), "Correct what is named; nothing was changed.") from error
    except (ValueError, RecursionError) as error:
        raise bad("The body is not JSON.") from error


def _refused(detail: str, hint: str) -> ProblemError:
    return ProblemError(422, "Refused", detail, hint)


def _refuse_guests(request: HttpRequest) -> None:
    if not user_of(request).is_staff:
        hint = "Ask an administrator."
        raise ProblemError(403, "Forbidden", "Only administrators remove workspaces.", hint)

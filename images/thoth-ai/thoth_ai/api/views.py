"""The REST endpoints."""

import json
from dataclasses import asdict, dataclass

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse

from thoth_ai.api.access import authorised
from thoth_ai.api.problems import problem
from thoth_ai.questions import catalogue
from thoth_ai.questions.answers import as_document
from thoth_ai.questions.ask import Asker

LONGEST_QUESTION = 2000
ASKER = Asker()


@dataclass(frozen=True, slots=True)
class Request:
    """A valid body of the ask endpoint."""

    question: str
    workspace: str | None


class BadRequestError(ValueError):
    """The body is not what the endpoint takes."""


@authorised(("POST",))
def ask(request: HttpRequest) -> HttpResponse:
    """Answer a question."""
    try:
        wanted = _parse(request.body)
    except RequestDataTooBig:
        return problem(413, "Too large", "The body is too large.", "Send one question.")
    except BadRequestError as error:
        hint = 'Send a JSON object such as {"question": "How many schools are there?"}.'
        return problem(400, "Bad request", str(error), hint)
    return JsonResponse(as_document(ASKER.ask(wanted.question, wanted.workspace)))


@authorised(("GET", "HEAD"))
def workspaces(_: HttpRequest) -> HttpResponse:
    """List what can be asked."""
    return JsonResponse({"workspaces": [asdict(entry) for entry in catalogue.workspaces()]})


def _parse(body: bytes) -> Request:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequestError("The body is not JSON.") from error
    if not isinstance(document, dict):
        raise BadRequestError("The body is not a JSON object.")
    return Request(_question(document.get("question")), _workspace(document.get("workspace")))


def _question(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadRequestError("question must be a text that is not empty.")
    if len(value) > LONGEST_QUESTION:
        raise BadRequestError(f"question is longer than {LONGEST_QUESTION} characters.")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise BadRequestError("question is not valid Unicode.")
    return value


def _workspace(value: object) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise BadRequestError("workspace must be a text.")
    return value

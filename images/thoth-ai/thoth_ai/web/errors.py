"""Errors as a calm page, or as a problem document below `/api/`."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from thoth_ai.api.problems import problem

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django names it
    """Answer a request Django refused, such as one for a foreign host name."""
    return _answer(
        request,
        400,
        "The request was refused.",
        "Open the server under localhost, or list its host name in THOTH_ALLOWED_HOSTS.",
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django names it
    """Answer someone who may not."""
    return _answer(request, 403, "You may not do this.", "Sign in with an account that may.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django names it
    """Answer for an address that does not exist."""
    return _answer(request, 404, "There is nothing at this address.", "Go back to the first page.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when the server failed."""
    return _answer(request, 500, "The server failed; its log says why.", "Run thothctl logs.")


def _answer(request: HttpRequest, status: int, detail: str, hint: str) -> HttpResponse:
    if request.path.startswith(API):
        return problem(status, "Error", detail, hint)
    return render(request, "web/error.html", {"detail": detail, "hint": hint}, status=status)

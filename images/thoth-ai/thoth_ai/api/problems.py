"""Errors as `application/problem+json`."""

from django.http import JsonResponse


def problem(status: int, title: str, detail: str, hint: str) -> JsonResponse:
    """Return an error that says what to do next."""
    document = {"title": title, "status": status, "detail": detail, "hint": hint}
    return JsonResponse(document, status=status, content_type="application/problem+json")

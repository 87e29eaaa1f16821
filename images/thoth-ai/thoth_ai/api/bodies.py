"""Reads what clients send; every complaint names the field."""

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from thoth_ai.api.problems import ProblemError

LONGEST_QUESTION = 2000
LONGEST_SQL = 20_000
MOST_LISTED = 200
DOCUMENTATION = "See /api/v1/openapi.json for what this endpoint takes."


def bad(detail: str, hint: str = DOCUMENTATION) -> ProblemError:
    """Return the error for a request that cannot be understood."""
    return ProblemError(400, "Bad request", detail, hint)


class Body:
    """A JSON object, field by field; raises ProblemError for what does not fit."""

    def __init__(self, request: HttpRequest, *fields: str) -> None:
        self._fields = _parsed(request)
        unknown = sorted(str(name) for name in self._fields.keys() - set(fields))
        if unknown:
            raise bad(f"{', '.join(unknown)}: unknown; the fields are {', '.join(fields)}.")

    def text(self, name: str, *, most: int) -> str:
        """Return a text that is there and not empty."""
        value = self.optional_text(name, most=most)
        if not value:
            raise bad(f"{name} must be a text that is not empty.")
        return value

    def optional_text(self, name: str, *, most: int) -> str:
        """Return a text, empty when it is missing or null."""
        value = self._fields.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise bad(f"{name} must be a text.")
        if len(value) > most:
            raise bad(f"{name} is longer than {most} characters.")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise bad(f"{name} is not valid Unicode.")
        return value if value.strip() else ""

    def optional_number(self, name: str) -> int | None:
        """Return a whole number above zero, None when it is missing or null."""
        value = self._fields.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise bad(f"{name} must be a whole number above zero.")
        return value


def listed(request: HttpRequest) -> tuple[int, int | None]:
    """Return `limit` and `before` of a list's query."""
    limit = _number(request, "limit") or 50
    return min(limit, MOST_LISTED), _number(request, "before")


def _number(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 19 and int(value) > 0):  # noqa: PLR2004 - digits of 2**63
        raise bad(f"{name} must be a whole number above zero.")
    return int(value)


def _parsed(request: HttpRequest) -> dict[str, Any]:
    try:
        document = json.loads(request.body)
    except RequestDataTooBig as error:
        raise ProblemError(413, "Too large", "The body is too large.", "Send less.") from error
    except (ValueError, RecursionError) as error:
        raise bad("The body is not JSON.") from error
    if not isinstance(document, dict):
        raise bad("The body is not a JSON object.")
    return document

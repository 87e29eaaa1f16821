"""The endpoints of a user's own tokens."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from thoth_ai.accounts.models import ApiToken
from thoth_ai.api.access import authorised, user_of
from thoth_ai.api.bodies import Body, bad
from thoth_ai.api.problems import ProblemError

MOST_DAYS = 3_650
MOST_TOKENS = 100


@authorised(("GET", "HEAD", "POST"))
def tokens(request: HttpRequest) -> HttpResponse:
    """List the tokens, or make one; its text is in this one answer only."""
    if request.method != "POST":
        found = ApiToken.objects.filter(user=user_of(request))
        return JsonResponse({"tokens": [_line(token) for token in found]})
    _refuse_heirs(request)
    if not settings.USER_TOKENS:
        hint = "Ask the operator: `thothctl config set auth.user_tokens=true`."
        raise ProblemError(403, "Forbidden", "Tokens of users are turned off here.", hint)
    body = Body(request, "name", "days")
    days = body.optional_number("days")
    if days and days > MOST_DAYS:
        raise bad(f"days must be at most {MOST_DAYS}.")
    if ApiToken.objects.filter(user=user_of(request)).count() >= MOST_TOKENS:
        raise bad(f"You have {MOST_TOKENS} tokens already.", "Delete those that nobody uses.")
    token, text = ApiToken.mint(user_of(request), body.text("name", most=100), days)
    response = JsonResponse({**_line(token), "token": text}, status=201)
    response["Cache-Control"] = "no-store"
    return response


@authorised(("DELETE",))
def token(request: HttpRequest, number: int) -> HttpResponse:
    """Revoke a token at once."""
    deleted, _ = ApiToken.objects.filter(user=user_of(request), pk=number).delete()
    if not deleted:
        hint = "List yours with GET /api/v1/tokens."
        raise ProblemError(404, "Not found", f"You have no token {number}.", hint)
    return HttpResponse(status=204)


def _refuse_heirs(request: HttpRequest) -> None:
    """A token that makes tokens would outlive its own end."""
    if ApiToken.PREFIX in request.headers.get("Authorization", ""):
        hint = "Sign in on the page, or use the token of the installation."
        raise ProblemError(403, "Forbidden", "A token cannot make tokens.", hint)


def _line(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.pk,
        "name": token.name,
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "used_at": token.used_at.isoformat() if token.used_at else None,
    }

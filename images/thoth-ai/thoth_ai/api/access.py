"""Who may use the API: the bearer of a token, or a signed-in session with its CSRF token."""

import functools
import hmac
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.csrf import csrf_exempt

from thoth_ai.accounts.models import ApiToken, User
from thoth_ai.api.problems import ProblemError, problem
from thoth_ai.api.rates import Rate

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
HINT = "Send the header Authorization: Bearer TOKEN, or sign in on the page."
RATE = Rate(settings.REQUESTS_PER_MINUTE, seconds=60)


class _SessionCheck(CsrfViewMiddleware):
    """Django's CSRF check, answering with a reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:  # noqa: ARG002 - theirs
        return problem(403, "Forbidden", reason, "Reload the page and ask again.")


def authorised(methods: tuple[str, ...]) -> Callable[[View[P]], View[P]]:
    """Let a view be called by those who may, with these methods; ProblemError becomes an answer."""

    def decorate(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            try:
                if request.method not in methods:
                    return _wrong_method(methods)
                return _refusal(request) or _too_many(request) or view(request, *args, **kwargs)
            except ProblemError as error:
                return error.response()

        return csrf_exempt(guarded)  # type: ignore[return-value]  # functools.wraps keeps the call

    return decorate


def user_of(request: HttpRequest) -> User:
    """Return who asks; only views behind `authorised` may call it."""
    assert isinstance(request.user, User)  # noqa: S101 - authorised saw to it
    return request.user


def _wrong_method(methods: tuple[str, ...]) -> HttpResponse:
    allowed = ", ".join(methods)
    response = problem(405, "Method not allowed", f"Use {allowed}.", f"Repeat it as {methods[0]}.")
    response["Allow"] = allowed
    return response


def _refusal(request: HttpRequest) -> HttpResponseBase | None:
    header = request.headers.get("Authorization")
    if header is not None:
        return _bearer_refusal(request, header)
    if not request.user.is_authenticated:
        return _unauthorised("Nobody is signed in.")
    check = _SessionCheck(lambda _: HttpResponse())
    check.process_request(request)
    return check.process_view(request, lambda _: HttpResponse(), (), {})


def _bearer_refusal(request: HttpRequest, header: str) -> HttpResponse | None:
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        return _unauthorised("The token is not valid.")
    if _is_installed_token(text.strip()):
        user = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
        if user is None:
            return _unauthorised("There is no active administrator for the token to act as.")
    elif not settings.USER_TOKENS:
        return _unauthorised("Tokens of users are turned off here.")
    else:
        user = ApiToken.owner(text.strip())
        if user is None:
            return _unauthorised("The token is not valid.")
    request.user = user
    return None


def _is_installed_token(text: str) -> bool:
    """Tell whether it is the one that was made at setup."""
    expected = str(settings.API_TOKEN)
    return bool(expected) and hmac.compare_digest(text.encode(), expected.encode())


def _too_many(request: HttpRequest) -> HttpResponse | None:
    wait = RATE.wait(str(user_of(request).pk))
    if not wait:
        return None
    detail = f"More than {settings.REQUESTS_PER_MINUTE} requests in a minute."
    response = problem(429, "Too many requests", detail, f"Wait {wait} s and go on slower.")
    response["Retry-After"] = str(wait)
    return response


def _unauthorised(detail: str) -> HttpResponse:
    response = problem(401, "Unauthorised", detail, HINT)
    response["WWW-Authenticate"] = 'Bearer realm="thoth-ai"'
    return response

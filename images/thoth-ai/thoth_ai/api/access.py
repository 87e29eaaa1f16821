"""Who may use the API: the bearer of the token, or a signed-in session with its CSRF token."""

import functools
import hmac
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.csrf import csrf_exempt

from thoth_ai.accounts.models import User
from thoth_ai.api.problems import problem

View = Callable[[HttpRequest], HttpResponse]
HINT = "Send the header Authorization: Bearer TOKEN, or sign in on the page."


class _SessionCheck(CsrfViewMiddleware):
    """Django's CSRF check, answering with a reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:  # noqa: ARG002 - theirs
        return problem(403, "Forbidden", reason, "Reload the page and ask again.")


def authorised(methods: tuple[str, ...]) -> Callable[[View], View]:
    """Let a view be called by those who may, with these methods."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            if request.method not in methods:
                return _wrong_method(methods)
            return _refusal(request) or view(request)

        return csrf_exempt(guarded)

    return decorate


def _wrong_method(methods: tuple[str, ...]) -> HttpResponse:
    allowed = ", ".join(methods)
    response = problem(405, "Method not allowed", f"Use {allowed}.", f"Repeat it as {methods[0]}.")
    response["Allow"] = allowed
    return response


def _refusal(request: HttpRequest) -> HttpResponse | None:
    header = request.headers.get("Authorization")
    if header is not None:
        return _bearer_refusal(request, header)
    if not request.user.is_authenticated:
        return _unauthorised("Nobody is signed in.")
    check = _SessionCheck(lambda _: HttpResponse())
    check.process_request(request)
    return check.process_view(request, lambda _: HttpResponse(), (), {})


def _bearer_refusal(request: HttpRequest, header: str) -> HttpResponse | None:
    scheme, _, token = header.partition(" ")
    expected = str(settings.API_TOKEN)
    known = hmac.compare_digest(token.strip().encode(), expected.encode())
    if scheme.lower() != "bearer" or not expected or not known:
        return _unauthorised("The token is not valid.")
    administrator = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if administrator is None:
        return _unauthorised("There is no active administrator for the token to act as.")
    request.user = administrator
    return None


def _unauthorised(detail: str) -> HttpResponse:
    response = problem(401, "Unauthorised", detail, HINT)
    response["WWW-Authenticate"] = 'Bearer realm="thoth-ai"'
    return response

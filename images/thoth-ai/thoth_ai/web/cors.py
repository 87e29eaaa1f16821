"""Which pages of other origins may call the API; they send a token, never a cookie."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

PREFIX = "/api/"
METHODS = "GET, POST, PATCH, DELETE"
HEADERS = "Authorization, Content-Type, Accept"
SECONDS = "600"


def other_origins(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer what a browser asks beforehand, and let pages of known origins read answers."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not settings.CORS_ORIGINS or not request.path.startswith(PREFIX):
            return get_response(request)
        origin = request.headers.get("Origin", "")
        allowed = origin in settings.CORS_ORIGINS
        asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = HttpResponse(status=204) if asks and allowed else get_response(request)
        response.headers["Vary"] = ", ".join(filter(None, [response.get("Vary"), "Origin"]))
        if allowed:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        if asks and allowed:
            response.headers["Access-Control-Allow-Methods"] = METHODS
            response.headers["Access-Control-Allow-Headers"] = HEADERS
            response.headers["Access-Control-Max-Age"] = SECONDS
        return response

    return answer

"""Every request is counted, timed and logged; never its query or its body."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from thoth_ai.metrics import registry

logger = logging.getLogger("thoth_ai.access")

QUIET_ROUTES = frozenset({"health-live", "metrics"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def measure(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Wrap the whole application; the outermost middleware."""

    def answer(request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        response = get_response(request)
        _record(request, response, time.monotonic() - started)
        return response

    return answer


def _record(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    match = request.resolver_match
    route = (match.view_name if match else "") or "other"
    method = request.method if request.method in METHODS else "OTHER"
    registry.REQUESTS.labels(method=method, route=route, status=response.status_code).inc()
    registry.LATENCY.labels(route=route).observe(seconds)
    logger.log(
        logging.DEBUG if route in QUIET_ROUTES else logging.INFO,
        "request",
        extra={
            "method": method,
            "path": request.path,
            "status": response.status_code,
            "duration_ms": round(seconds * 1000, 1),
        },
    )

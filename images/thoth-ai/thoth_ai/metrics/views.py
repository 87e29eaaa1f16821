"""The page Prometheus reads."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from thoth_ai.metrics import registry


@require_safe
def exposition(_: HttpRequest) -> HttpResponse:
    """Return every figure in Prometheus' text format."""
    build = settings.BUILD
    registry.BUILD_INFO.labels(version=build.version, revision=build.revision).set(1)
    return HttpResponse(generate_latest(registry.REGISTRY), content_type=CONTENT_TYPE_LATEST)

"""The page Prometheus reads."""

import functools

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from thoth_ai.metrics import registry, stores


@require_safe
def exposition(_: HttpRequest) -> HttpResponse:
    """Return every figure in Prometheus' text format."""
    return HttpResponse(generate_latest(registered()), content_type=CONTENT_TYPE_LATEST)


@functools.cache
def registered() -> CollectorRegistry:
    """Return all figures, with those that need the application to be set up."""
    build = settings.BUILD
    registry.BUILD_INFO.labels(version=build.version, revision=build.revision).set(1)
    registry.REGISTRY.register(stores.Stores())
    return registry.REGISTRY

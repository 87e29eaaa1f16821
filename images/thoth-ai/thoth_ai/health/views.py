"""Health over HTTP."""

from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from thoth_ai.health import checks
from thoth_ai.health.checks import Finding


@require_safe
@never_cache
def live(_: HttpRequest) -> JsonResponse:
    """Answer while the process serves; touches nothing else."""
    return JsonResponse({"status": checks.OK})


@require_safe
@never_cache
def overall(_: HttpRequest) -> JsonResponse:
    """Answer all checks at once."""
    findings = {"database": checks.database(), "vector": checks.vector(), "ai": checks.ai()}
    if settings.REDIS:
        findings["queue"] = checks.queue()
    failing = any(finding.status == checks.FAILING for finding in findings.values())
    document = {
        "status": checks.FAILING if failing else checks.OK,
        "version": settings.BUILD.version,
        "checks": {name: asdict(finding) for name, finding in findings.items()},
    }
    return JsonResponse(document, status=503 if failing else 200)


@require_safe
@never_cache
def database(_: HttpRequest) -> JsonResponse:
    """Answer for the database."""
    return _answer(checks.database())


@require_safe
@never_cache
def vector(_: HttpRequest) -> JsonResponse:
    """Answer for the vector store."""
    return _answer(checks.vector())


@require_safe
@never_cache
def ai(_: HttpRequest) -> JsonResponse:
    """Answer for the language model."""
    return _answer(checks.ai())


def _answer(finding: Finding) -> JsonResponse:
    return JsonResponse(asdict(finding), status=503 if finding.status == checks.FAILING else 200)

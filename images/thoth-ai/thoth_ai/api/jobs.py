"""Work that takes long: sending a database in, and looking how far it is."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from thoth_ai.api.access import authorised, user_of
from thoth_ai.api.bodies import bad
from thoth_ai.api.problems import ProblemError
from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.importing import importer
from thoth_ai.importing.bundle import LONGEST_ORIGIN
from thoth_ai.importing.options import Options
from thoth_ai.importing.registering import Target
from thoth_ai.jobs import queue, uploads, work
from thoth_ai.jobs.models import Job

STATUS = {ExitCode.NO_SPACE: (507, "No space"), ExitCode.NETWORK: (503, "No queue")}
BARE = "application/vnd.sqlite3"
TRUE, FALSE = frozenset({"1", "true"}), frozenset({"", "0", "false"})


@authorised(("POST",))
def imports(request: HttpRequest) -> HttpResponse:
    """Take a bundle or a bare database in, and let it be imported beside serving.

    Answers as soon as it is kept.
    """
    if not user_of(request).is_superuser:
        hint = "Ask an administrator."
        raise ProblemError(403, "Forbidden", "Only administrators import databases.", hint)
    target = Target(
        request.GET.get("name", ""),
        create=_flag(request, "create"),
        replace=_flag(request, "replace"),
        options=Options(describe=_flag(request, "describe", "true")),
    )
    try:
        importer.require_free(target)
        upload = uploads.keep(request.read, _size(request))
        job = _submitted(request, target, upload)
    except ServerError as error:
        status, title = STATUS.get(error.exit_code, (400, "Bad request"))
        raise ProblemError(status, title, str(error), error.hint) from error
    answer = JsonResponse(job.as_document(), status=202)
    answer["Location"] = reverse("api-job", args=(job.pk,))
    return answer


@authorised(("GET", "HEAD"))
def job(request: HttpRequest, key: UUID) -> HttpResponse:
    """Tell how far a job is."""
    user = user_of(request)
    found = Job.objects.filter(pk=key).first()
    if found is None or not (user.is_superuser or found.user == user):
        raise ProblemError(404, "Not found", "You have no such job.", "Send it again.")
    return JsonResponse(found.as_document())


def _submitted(request: HttpRequest, target: Target, upload: str) -> Job:
    wish = {"name": target.name, "create": target.create, "replace": target.replace}
    wish["options"] = target.options.as_document()
    if request.content_type == BARE:
        wish["origin"] = request.GET.get("origin", "")[:LONGEST_ORIGIN] or f"{target.name}.sqlite"
    try:
        return queue.submit(work.IMPORT, {**wish, "upload": upload}, user_of(request))
    except ServerError:
        uploads.forget(upload)
        raise


def _size(request: HttpRequest) -> int:
    text = request.headers.get("Content-Length", "")
    if not text.isdecimal() or not int(text):
        raise bad("The body must be a tar archive, sent with its length.")
    return int(text)


def _flag(request: HttpRequest, name: str, default: str = "") -> bool:
    value = request.GET.get(name, default).lower()
    if value not in TRUE | FALSE:
        raise bad(f"{name} must be true or false.")
    return value in TRUE

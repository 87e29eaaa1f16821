"""Doing a job: once by whoever holds it, again once if its worker died, never half."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic

from django.db import close_old_connections
from django.utils import timezone

from thoth_ai.errors import ExitCode, PutBackError, ServerError
from thoth_ai.importing import receiving
from thoth_ai.importing.options import Options
from thoth_ai.importing.registering import Target
from thoth_ai.importing.reporting import Phase
from thoth_ai.jobs import uploads
from thoth_ai.jobs.models import OPEN, Job, State
from thoth_ai.metrics.jobs import counted
from thoth_ai.workspaces import points

logger = logging.getLogger(__name__)

IMPORT, REINDEX = "import", "reindex"
MOST_ATTEMPTS = 2
PAUSE = 0.5
STOPPING = threading.Event()


class StoppedError(PutBackError):
    """The worker is told to end; the job goes back and is done by the next."""


@dataclass(slots=True)
class Told:
    """Writes into the job's row how far it is, now and then."""

    job: Job
    last: float = field(default=0.0)

    def progress(self, phase: Phase, done: int, total: int, unit: str) -> None:
        """Tell it; raises StoppedError when the worker is to end."""
        if STOPPING.is_set():
            raise StoppedError
        now = monotonic()
        if phase == self.job.phase and done < total and now - self.last < PAUSE:
            return
        self.last = now
        job = self.job
        job.phase, job.done, job.total, job.unit = str(phase), done, total, unit
        job.save(update_fields=["phase", "done", "total", "unit"])


def run(key: str) -> None:
    """Do a job unless it is over or another process does it."""
    close_old_connections()
    job = Job.objects.filter(pk=key, state__in=OPEN).first()
    if job is None:
        return
    with uploads.held(job) as mine:
        if not mine:
            return
        job.refresh_from_db()
        if job.state in OPEN and _begun(job):
            _do(job)
    close_old_connections()


def _begun(job: Job) -> bool:
    if job.attempts >= MOST_ATTEMPTS:
        _end(job, State.FAILED, error=_document(_lost()))
        return False
    job.attempts += 1
    job.state, job.started_at = State.RUNNING, timezone.now()
    job.save()
    return True


def _do(job: Job) -> None:
    try:
        with counted(job.kind):
            result = KINDS[job.kind](job)
    except StoppedError:
        job.attempts -= 1
        job.state = State.QUEUED
        job.save()
        logger.info("a job is put back: the worker ends")
    except ServerError as error:
        _end(job, State.FAILED, error=_document(error))
    except Exception:  # the job's boundary: its reader hears of it, the log has the cause
        logger.exception("a job failed")
        _end(job, State.FAILED, error=_document(_bug()))
    else:
        _end(job, State.DONE, result=result)


def _end(
    job: Job,
    state: State,
    *,
    result: Mapping[str, object] | None = None,
    error: Mapping[str, object] | None = None,
) -> None:
    job.state, job.result, job.error = state, result, error
    job.finished_at = timezone.now()
    job.save()
    if upload := job.payload.get("upload"):
        uploads.forget(str(upload))
    logger.info("a job ended", extra={"outcome": state.value})


def _import(job: Job) -> Mapping[str, object]:
    wish = job.payload
    target = Target(
        str(wish["name"]),
        create=bool(wish["create"]),
        replace=bool(wish["replace"]),
        options=Options.read(wish.get("options", {})),
    )
    upload = uploads.path_of(str(wish["upload"]))
    if origin := str(wish.get("origin", "")):
        return receiving.from_file(target, upload, origin, Told(job)).as_event()
    with upload.open("rb") as stream:
        return receiving.from_bundle(target, stream, Told(job)).as_event()


def _reindex(_: Job) -> Mapping[str, object]:
    return {"documents": points.refresh_stale()}


KINDS: Mapping[str, Callable[[Job], Mapping[str, object]]] = {IMPORT: _import, REINDEX: _reindex}


def _document(error: ServerError) -> dict[str, object]:
    return {
        "code": error.code,
        "message": str(error),
        "hint": error.hint,
        "exit_code": int(error.exit_code),
    }


def _lost() -> ServerError:
    return ServerError(
        "The worker ended twice while it did this; nothing was kept.",
        hint="Look into the worker's log, most likely for its memory, then send it again.",
        code="worker_lost",
        exit_code=ExitCode.FAILURE,
    )


def _bug() -> ServerError:
    return ServerError(
        "The job failed for a reason nobody foresaw; nothing was kept.",
        hint="Look into the worker's log.",
        code="failure",
        exit_code=ExitCode.FAILURE,
    )

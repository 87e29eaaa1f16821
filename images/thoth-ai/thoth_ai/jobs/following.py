"""Watching a job from a command line, as if it were done there."""

import time
from collections.abc import Mapping

from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.importing.reporting import Phase, Progress
from thoth_ai.jobs.models import OPEN, Job, State

PAUSE = 0.3


def follow(job: Job, reporter: Progress) -> Mapping[str, object]:
    """Return its result; raises ServerError when it fails. Who stops looking stops nothing."""
    told: tuple[str, int] = ("", -1)
    while True:
        job.refresh_from_db()
        if job.phase and told != (job.phase, job.done):
            told = (job.phase, job.done)
            reporter.progress(Phase(job.phase), job.done, job.total, job.unit)
        if job.state not in OPEN:
            break
        time.sleep(PAUSE)
    if job.state == State.DONE:
        return dict(job.result or {})
    error = job.error or {}
    raise ServerError(
        str(error.get("message")),
        hint=str(error.get("hint")),
        code=str(error.get("code")),
        exit_code=ExitCode(int(error.get("exit_code", ExitCode.FAILURE))),
    )

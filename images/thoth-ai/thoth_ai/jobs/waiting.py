"""How many jobs wait, and for how long: the rows are the truth, not the messages."""

from django.db.models import Count, Min
from django.utils import timezone

from thoth_ai.jobs import work
from thoth_ai.jobs.models import Job, State
from thoth_ai.metrics.jobs import Waiting


def by_kind() -> dict[str, Waiting]:
    """Return what waits of every kind, nothing waiting included."""
    queued = Job.objects.filter(state=State.QUEUED).order_by().values("kind")
    now = timezone.now()
    found = {
        row["kind"]: Waiting(row["jobs"], (now - row["oldest"]).total_seconds())
        for row in queued.annotate(jobs=Count("id"), oldest=Min("created_at"))
    }
    return {**dict.fromkeys(work.KINDS, Waiting(0, 0.0)), **found}

"""Jobs, as they stand: their rows are the truth, the queue only wakes a worker."""

import uuid

from django.conf import settings
from django.db import models


class State(models.TextChoices):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


OPEN = (State.QUEUED, State.RUNNING)


class Job(models.Model):
    """One piece of work; `payload` says what is to be done, `result` or `error` how it ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    phase = models.CharField(max_length=20, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    unit = models.CharField(max_length=20, blank=True)
    result = models.JSONField(null=True)
    error = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first."""

        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    def as_document(self) -> dict[str, object]:
        """Return what the API tells of it."""
        times = ("created_at", "started_at", "finished_at")
        moments = {name: getattr(self, name) for name in times}
        fields = ("kind", "state", "phase", "done", "total", "unit", "attempts", "result", "error")
        return {
            "id": str(self.id),
            **{name: getattr(self, name) for name in fields},
            **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
        }

"""The history of what was asked, and what people thought of the answers."""

from django.conf import settings
from django.db import models

from thoth_ai.workspaces.models import Example


class Verdict(models.TextChoices):
    """What a person thought of an answer."""

    NONE = "", "none"
    UP = "up", "right"
    DOWN = "down", "wrong"


class Question(models.Model):
    """A question with its reply; the rows are not kept, asking again brings them back.

    The workspace is kept by name: an import that replaces it must not lose its history.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="questions")
    workspace = models.CharField(max_length=63, blank=True, db_index=True)
    text = models.TextField()
    restated = models.TextField(blank=True)
    answered = models.BooleanField()
    sql = models.TextField("SQL", blank=True)
    reply = models.JSONField()
    row_count = models.PositiveIntegerField(default=0)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cost_usd = models.FloatField(null=True)
    elapsed_ms = models.PositiveIntegerField(default=0)
    previous = models.ForeignKey("self", models.SET_NULL, null=True, related_name="followed_by")
    verdict = models.CharField(max_length=4, choices=Verdict.choices, blank=True)
    example = models.ForeignKey(Example, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return self.text

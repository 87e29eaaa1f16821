"""The history in the administration: to look at, not to change."""

from django.contrib import admin
from django.http import HttpRequest

from thoth_ai.questions.models import Question


@admin.register(Question)
class QuestionAdmin(admin.ModelAdmin):
    """Who asked what, what was run for it and what it cost."""

    list_display = (
        "asked_at", "user", "workspace", "text", "answered", "row_count", "input_tokens",
        "output_tokens", "cost_usd", "elapsed_ms", "verdict",
    )  # fmt: skip
    list_filter = ("workspace", "answered", "verdict")
    search_fields = ("text", "sql", "user__email")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's hook
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's hook
        obj: Question | None = None,  # noqa: ARG002 - likewise
    ) -> bool:
        return False

"""The stored knowledge in the administration."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from thoth_ai.workspaces import editing, models


@admin.register(models.Workspace)
class WorkspaceAdmin(admin.ModelAdmin):
    """Workspaces; importing is what makes one."""

    list_display = ("name", "title", "origin", "created_at")
    search_fields = ("name", "title")
    readonly_fields = ("origin", "created_at")


@admin.register(models.Database)
class DatabaseAdmin(admin.ModelAdmin):
    """Database files."""

    list_display = ("name", "workspace", "bytes", "created_at")
    readonly_fields = ("workspace", "name", "file", "bytes", "sha256", "engine", "created_at")


class ColumnInline(admin.TabularInline):
    """The columns below their table."""

    model = models.Column
    extra = 0
    fields = ("name", "declared_type", "description", "values", "personal")
    readonly_fields = ("name", "declared_type")
    can_delete = False
    max_num = 0


@admin.register(models.Table)
class TableAdmin(admin.ModelAdmin):
    """Tables with their columns."""

    list_display = ("name", "database", "rows", "description")
    list_filter = ("database",)
    search_fields = ("name", "description")
    readonly_fields = ("database", "name", "rows")
    inlines = (ColumnInline,)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: Any) -> None:  # noqa: ANN401 - Django's
        """Whoever changes the mark of a column has judged it."""
        for one in formset.forms:
            if "personal" in one.changed_data:
                editing.judge(one.instance, personal=one.cleaned_data["personal"])
                form.instance.save(update_fields=editing.RETOLD)
        super().save_formset(request, form, formset, change)


@admin.register(models.ForeignKey)
class ForeignKeyAdmin(admin.ModelAdmin):
    """Declared links between tables."""

    list_display = ("table", "column", "referenced_table", "referenced_column")
    list_filter = ("table__database",)


@admin.register(models.Example)
class ExampleAdmin(admin.ModelAdmin):
    """Questions with known SQL; add your own here."""

    list_display = ("question", "workspace", "difficulty", "origin")
    list_filter = ("workspace", "origin", "difficulty")
    search_fields = ("question", "sql")


@admin.register(models.RejectedExample)
class RejectedExampleAdmin(admin.ModelAdmin):
    """Questions that are no examples, and why."""

    list_display = ("question", "workspace", "reason")
    list_filter = ("workspace",)
    search_fields = ("question", "sql")


@admin.register(models.Evidence)
class EvidenceAdmin(admin.ModelAdmin):
    """Hints about meaning."""

    list_display = ("text", "workspace")
    list_filter = ("workspace",)


@admin.register(models.VectorPoint)
class VectorPointAdmin(admin.ModelAdmin):
    """The vector store, to look at."""

    list_display = ("kind", "text", "workspace", "model", "place")
    list_filter = ("workspace", "kind")
    readonly_fields = ("workspace", "kind", "ref", "text", "model", "place")
    exclude = ("vector",)


@admin.register(models.Milestone)
class MilestoneAdmin(admin.ModelAdmin):
    """What was done once."""

    list_display = ("name", "reached_at")
    readonly_fields = ("reached_at",)

"""What can be asked, as the API and the page show it."""

from dataclasses import dataclass

from django.db.models import Count, Sum

from thoth_ai.workspaces.models import Database, Workspace


@dataclass(frozen=True, slots=True)
class DatabaseEntry:
    """A database in figures."""

    name: str
    tables: int
    rows: int


@dataclass(frozen=True, slots=True)
class WorkspaceEntry:
    """A workspace in figures."""

    name: str
    title: str
    notice: str
    databases: tuple[DatabaseEntry, ...]
    examples: int


def workspaces() -> tuple[WorkspaceEntry, ...]:
    """Return every workspace with its databases."""
    return tuple(
        WorkspaceEntry(
            name=workspace.name,
            title=workspace.title,
            notice=workspace.notice,
            databases=_databases(workspace),
            examples=workspace.examples.count(),
        )
        for workspace in Workspace.objects.all()
    )


def suggestions(workspace: str, limit: int = 6) -> list[str]:
    """Return example questions worth trying, the written ones before the generated ones."""
    examples = Workspace.objects.get(name=workspace).examples
    questions = examples.order_by("id").values_list("question", flat=True)
    written = list(questions.exclude(origin="generated"))
    step = max(1, len(written) // limit)
    chosen = written[::step][:limit]
    generated = questions.filter(origin="generated")
    telling = list(generated.exclude(difficulty="simple"))
    plain = list(generated.filter(difficulty="simple"))
    varied = plain[1::4] if len(plain) > limit * 4 else plain
    return (chosen + _spread(telling, limit) + varied)[:limit]


def _spread(questions: list[str], limit: int) -> list[str]:
    """Return some from everywhere, so that they are not all of one table."""
    step = max(1, len(questions) // limit)
    return questions[::step][:limit]


def _databases(workspace: Workspace) -> tuple[DatabaseEntry, ...]:
    counted = Database.objects.filter(workspace=workspace).annotate(
        table_count=Count("tables"), row_count=Sum("tables__rows")
    )
    return tuple(
        DatabaseEntry(database.name, database.table_count, database.row_count or 0)
        for database in counted
    )

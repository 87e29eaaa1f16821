"""What people taught a workspace, to be carried over when its database is replaced."""

from dataclasses import dataclass, replace

from django.db.models import QuerySet

from thoth_ai.importing.knowledge import Knowledge, TableText
from thoth_ai.importing.question_file import Proposal
from thoth_ai.workspaces.models import Column, Database, Example, Origin, Table, Workspace
from thoth_ai.workspaces.sharing import Shared


@dataclass(frozen=True, slots=True)
class Before:
    """What an import goes by: what it brings, with its gaps filled by what people had taught."""

    brought: Knowledge
    knowledge: Knowledge
    examples: tuple[Proposal, ...]
    engine: str
    """What the SQL of these examples was written for."""
    shared: str
    appending: bool
    """Whether the questions and evidence of earlier imports stay beside what is brought."""


def read(workspace: str, brought: Knowledge, *, appending: bool) -> Before:
    """Read it as it is now."""
    found = Workspace.objects.filter(name=workspace).values_list("values_shared", flat=True)
    knowledge = _carried_over(workspace, brought, appending=appending)
    examples = (*_examples(workspace), *(_earlier(workspace, brought) if appending else ()))
    shared = found.first() or Shared.SAFE
    return Before(brought, knowledge, examples, _engine(workspace), shared, appending)


def _examples(workspace: str) -> tuple[Proposal, ...]:
    return _proposals(Example.objects.filter(workspace__name=workspace, origin=Origin.USER))


def _earlier(workspace: str, brought: Knowledge) -> tuple[Proposal, ...]:
    """Return the examples of earlier imports that this one does not bring itself."""
    origins = (Origin.USER, Origin.GENERATED)
    found = Example.objects.filter(workspace__name=workspace).exclude(origin__in=origins)
    asked = {one.question.casefold() for one in brought.proposals}
    return tuple(one for one in _proposals(found) if one.question.casefold() not in asked)


def _proposals(found: QuerySet[Example]) -> tuple[Proposal, ...]:
    return tuple(
        Proposal(one.question, one.sql, one.evidence, one.difficulty, one.origin)
        for one in found.order_by("id")
    )


def _engine(workspace: str) -> str:
    names = Database.objects.filter(workspace__name=workspace).values_list("engine", flat=True)
    return names.first() or ""


def _carried_over(workspace: str, told: Knowledge, *, appending: bool) -> Knowledge:
    before = Workspace.objects.filter(name=workspace).first()
    if before is None:
        return told
    known = tuple(before.evidence.order_by("id").values_list("text", flat=True))
    both = tuple(dict.fromkeys((*known, *told.evidence)))
    return replace(
        told,
        title=told.title or before.title,
        notice=told.notice or before.notice,
        evidence=both if appending else told.evidence or known,
        tables=_filled(before, told),
    )


def _filled(before: Workspace, told: Knowledge) -> dict[str, TableText]:
    tables = Table.objects.filter(database__workspace=before).prefetch_related("columns")
    texts = dict(told.tables)
    for table in tables:
        now, columns = told.about(table.name), list(table.columns.all())
        texts[table.name] = replace(
            now,
            description=now.description or table.description,
            columns={**_texts(columns, "description"), **now.columns},
            values={**_texts(columns, "values"), **now.values},
            personal=now.personal | {column.name for column in columns if column.personal},
            judged=frozenset(column.name for column in columns if column.judged),
        )
    return texts


def _texts(columns: list[Column], field: str) -> dict[str, str]:
    found = ((column.name, str(getattr(column, field))) for column in columns)
    return {name: text for name, text in found if text}

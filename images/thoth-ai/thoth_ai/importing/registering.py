"""The one moment in which an import becomes visible, or does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction

from thoth_ai import durability
from thoth_ai.errors import ServerError
from thoth_ai.importing import meanwhile, schema_choice
from thoth_ai.importing.inspection import ColumnSchema, TableSchema
from thoth_ai.importing.knowledge import Knowledge, TableText
from thoth_ai.importing.options import Options
from thoth_ai.importing.placing import Place
from thoth_ai.importing.postgres.report import TableReport
from thoth_ai.importing.prepared import Prepared
from thoth_ai.importing.question_file import Proposal
from thoth_ai.importing.staging import Staging
from thoth_ai.importing.trial import Rejection
from thoth_ai.values import places
from thoth_ai.workspaces import disposal, points, readers
from thoth_ai.workspaces.models import (
    Column,
    Database,
    Evidence,
    Example,
    ForeignKey,
    Milestone,
    RejectedExample,
    Table,
    Workspace,
)
from thoth_ai.workspaces.points import IndexedDocument

Numbered = Mapping[str, Sequence[Example] | Sequence[Evidence]]


@dataclass(frozen=True, slots=True)
class Target:
    """The workspace an import goes into."""

    name: str
    create: bool
    replace: bool
    milestone: str = ""
    options: Options = field(default_factory=Options)

    @property
    def schema(self) -> str:
        """Return what PostgreSQL calls its tables' schema."""
        return self.options.schema or self.name


def refuse_taken(target: Target) -> None:
    """Refuse a name in use unless it is to be replaced, and an unknown one unless to be created."""
    exists = Workspace.objects.filter(name=target.name).exists()
    if exists and not target.replace:
        raise ServerError(
            f"There is already a workspace named {target.name}.",
            hint="Repeat the import with --replace to put it in its place, or choose another"
            " --name.",
            code="name_in_use",
        )
    schema_choice.require(target.name, target.options.schema)
    if not exists and not target.create:
        raise ServerError(
            f"There is no workspace named {target.name}.",
            hint="Repeat the import with --create-workspace.",
            code="no_workspace",
        )


def register(target: Target, staging: Staging, prepared: Prepared, place: Place) -> bool:
    """Commit the import; return whether it replaced another."""
    # The old file is removed after the commit, so the commit must be on the disk by then.
    durability.require()
    with transaction.atomic():
        for name in sorted({target.name, target.schema}):
            durability.one_at_a_time(name)
        refuse_taken(target)
        prepared = meanwhile.worked_in(target.name, prepared, place)
        old = _remove(target.name)
        database = _write_rows(target, staging, prepared, place)
        if target.milestone:
            Milestone.objects.create(name=target.milestone)
        place.publish(database)
        places.publish(staging.values, place.mark)
    disposal.discard(old)
    return bool(old)


def _remove(name: str) -> list[Database]:
    old = list(Database.objects.filter(workspace__name=name))
    Workspace.objects.filter(name=name).delete()
    return old


def _write_rows(target: Target, staging: Staging, prepared: Prepared, place: Place) -> Database:
    knowledge = prepared.knowledge
    workspace = Workspace.objects.create(
        name=target.name,
        title=knowledge.title or target.name,
        notice=knowledge.notice,
        origin=knowledge.origin,
        values_shared=prepared.before.shared,
    )
    database = Database.objects.create(
        workspace=workspace,
        name=target.schema if place.engine == readers.POSTGRES else target.name,
        file=place.mark,
        engine=place.engine,
        bytes=staging.database.stat().st_size,
        sha256=prepared.sha256,
        report=_report(target, prepared),
        joins=[join.as_document() for join in prepared.joins],
    )
    for schema, report in zip(prepared.tables, prepared.report.tables, strict=True):
        _write_table(database, schema, knowledge, report)
    evidence = Evidence.objects.bulk_create(
        Evidence(workspace=workspace, text=text) for text in knowledge.evidence
    )
    examples = _write_examples(database, prepared.examples)
    _write_rejected(workspace, prepared.rejected)
    numbered: Numbered = {points.EVIDENCE: evidence, points.EXAMPLE: examples}
    points.store(workspace, [_referring(entry, numbered) for entry in prepared.indexed])
    return database


def _report(target: Target, prepared: Prepared) -> dict[str, object]:
    """Return what was verified, and which models the words and vectors are of."""
    embedding = next((one.model for one in prepared.indexed), "")
    models = {"chat": prepared.model, "embedding": embedding, "told_values": prepared.told}
    return {
        **prepared.report.as_document(),
        "index": target.options.index,
        "models": models,
    }


def _write_table(
    database: Database, schema: TableSchema, knowledge: Knowledge, report: TableReport
) -> None:
    text = knowledge.about(schema.name)
    table = Table(
        database=database,
        name=schema.name,
        description=text.description,
        derived=text.derived,
        told_by_model="" in text.by_model,
        rows=schema.rows,
    )
    Table.objects.bulk_create([table])  # one that is saved would be embedded a second time
    rows = [
        _column(table, position, column, text) for position, column in enumerate(schema.columns)
    ]
    for row, seen in zip(rows, report.columns, strict=False):
        row.profile = seen.profile.as_document() if seen.profile else {}
    Column.objects.bulk_create(rows)
    ForeignKey.objects.bulk_create(
        ForeignKey(
            table=table,
            number=key.number,
            position=key.position,
            column=key.column,
            referenced_table=key.referenced_table,
            referenced_column=key.referenced_column,
        )
        for key in schema.foreign_keys
    )


def _column(table: Table, position: int, column: ColumnSchema, text: TableText) -> Column:
    return Column(
        table=table,
        position=position,
        name=column.name,
        declared_type=column.declared_type,
        description=text.columns.get(column.name, ""),
        derived=text.derived_columns.get(column.name, ""),
        told_by_model=column.name in text.by_model,
        values=text.values.get(column.name, ""),
        personal=column.name in text.personal,
        judged=column.name in text.judged,
        primary_key_position=column.primary_key_position,
        not_null=column.not_null,
        generated=column.generated,
        unique=column.unique,
    )


def _write_rejected(workspace: Workspace, rejected: Sequence[Rejection]) -> None:
    RejectedExample.objects.bulk_create(
        RejectedExample(
            workspace=workspace,
            question=one.proposal.question,
            sql=one.proposal.sql,
            evidence=one.proposal.evidence,
            difficulty=one.proposal.difficulty,
            origin=one.proposal.origin,
            reason=one.reason,
        )
        for one in rejected
    )


def _write_examples(database: Database, proposals: Sequence[Proposal]) -> list[Example]:
    return Example.objects.bulk_create(
        Example(
            workspace=database.workspace,
            database=database,
            question=proposal.question,
            sql=proposal.sql,
            evidence=proposal.evidence,
            difficulty=proposal.difficulty,
            origin=proposal.origin,
        )
        for proposal in proposals
    )


def _referring(entry: IndexedDocument, numbered: Numbered) -> IndexedDocument:
    """Let the points of examples and evidence refer to their rows, which have keys only now."""
    rows = numbered.get(entry.document.kind)
    if rows is None:
        return entry
    key = str(rows[int(entry.document.ref)].pk)
    return replace(entry, document=replace(entry.document, ref=key))

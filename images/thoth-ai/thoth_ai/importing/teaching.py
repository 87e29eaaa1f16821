"""Knowledge given to a workspace after its import: one example, or a whole document of it.

Everything is prepared first - SQL tried, texts embedded - and then written in one transaction.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from thoth_ai.importing import trial
from thoth_ai.importing.knowledge_document import FORMAT, KnowledgeDocument
from thoth_ai.importing.question_file import Proposal
from thoth_ai.workspaces import editing, readers, upkeep
from thoth_ai.workspaces.models import Database, Evidence, Example, Origin, Table, Workspace

SECONDS_TO_TRY = 60.0


class RefusedExampleError(ValueError):
    """The SQL of an example is not allowed, does not run, or is stored already."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was not taken, and why."""

    what: str
    why: str


@dataclass(slots=True)
class Taken:
    """What came of a document."""

    examples: int = 0
    evidence: int = 0
    descriptions: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def add_example(workspace: Workspace, proposal: Proposal) -> Example:
    """Store one example; raises RefusedExampleError when its SQL does not prove itself."""
    database = _database(workspace)
    if (proposal.question, proposal.sql) in _stored(workspace):
        raise RefusedExampleError("This question is stored with this SQL already.")
    if reason := trial.objection(readers.reader_of(database), proposal.sql, database.engine):
        raise RefusedExampleError(reason)
    with transaction.atomic():
        _forget_generated(workspace, [proposal])
        example = _row(database, proposal)
        example.save()
    return example


def export(workspace: Workspace) -> dict[str, object]:
    """Return everything known about a workspace but the rows and what imports make anyway."""
    tables = Table.objects.filter(database__workspace=workspace).prefetch_related("columns")
    examples = workspace.examples.exclude(origin=Origin.GENERATED)
    return {
        "format": FORMAT,
        "title": workspace.title,
        "notice": workspace.notice,
        "tables": {table.name: table.description for table in tables if table.description},
        "columns": {table.name: dict(_columns(table)) for table in tables},
        "evidence": list(workspace.evidence.values_list("text", flat=True)),
        "examples": list(examples.values("question", "sql", "evidence", "difficulty", "origin")),
    }


def take(workspace: Workspace, document: KnowledgeDocument) -> Taken:
    """Add a document's knowledge; raises Workspace.DoesNotExist if that went away meanwhile."""
    taken = Taken()
    change = editing.prepare(workspace, document.words)
    taken.skipped += [Skipped(name, "It is not in the database.") for name in change.unknown]
    rows: list[Example | Evidence] = [*_tried(workspace, document.examples, taken)]
    taken.examples = len(rows)
    known = set(workspace.evidence.values_list("text", flat=True))
    rows += [
        Evidence(workspace=workspace, text=text)
        for text in dict.fromkeys(document.evidence)
        if text not in known
    ]
    taken.evidence = len(rows) - taken.examples
    indexed = upkeep.embedded_rows(rows)
    with transaction.atomic():
        taken.descriptions = editing.write(workspace, change)
        editing.write_details(workspace, editing.Details(document.title, document.notice))
        _forget_generated(workspace, document.examples)
        upkeep.create(workspace, rows, indexed)
    return taken


def _columns(table: Table) -> Iterator[tuple[str, dict[str, object]]]:
    """What is empty is left out: a document never takes words away."""
    for column in table.columns.all():
        said = {"description": column.description, "values": column.values}
        filled: dict[str, object] = {name: text for name, text in said.items() if text}
        yield column.name, {**filled, "personal": column.personal}


def _tried(workspace: Workspace, proposals: Sequence[Proposal], taken: Taken) -> Iterator[Example]:
    if not proposals:
        return
    database, known = _database(workspace), _stored(workspace)
    deadline = time.monotonic() + SECONDS_TO_TRY
    for one in proposals:
        if (one.question, one.sql) in known:
            reason: str | None = "It is stored already."
        elif time.monotonic() > deadline:
            reason = "There was no time left to try it; import the document again."
        else:
            reason = trial.objection(readers.reader_of(database), one.sql, database.engine)
        if reason:
            taken.skipped.append(Skipped(f"example {one.question}", reason))
        else:
            known.add((one.question, one.sql))
            yield _row(database, one)


def _stored(workspace: Workspace) -> set[tuple[str, str]]:
    return set(workspace.examples.values_list("question", "sql"))


def _database(workspace: Workspace) -> Database:
    database = workspace.databases.first()
    if database is None:
        raise RefusedExampleError(f"The workspace {workspace.name} has no database.")
    return database


def _row(database: Database, proposal: Proposal) -> Example:
    return Example(
        workspace=database.workspace,
        database=database,
        question=proposal.question,
        sql=proposal.sql,
        evidence=proposal.evidence,
        difficulty=proposal.difficulty,
        origin=proposal.origin,
    )


def _forget_generated(workspace: Workspace, proposals: Sequence[Proposal]) -> None:
    """What somebody taught takes the place of what the import made up."""
    asked = {proposal.question.casefold() for proposal in proposals}
    for example in workspace.examples.filter(origin=Origin.GENERATED):
        if example.question.casefold() in asked:
            example.delete()

"""A workspace with everything known about it, as the API shows it."""

from collections import defaultdict
from collections.abc import Iterable

from thoth_ai.workspaces.models import (
    Column,
    Database,
    Example,
    ForeignKey,
    RejectedExample,
    Table,
    Workspace,
)

VALUES = ("low", "high", "top", "listed", "sample")


def of_workspace(workspace: Workspace) -> dict[str, object]:
    """Return the document of the contract; rows are not in it."""
    databases = workspace.databases.prefetch_related("tables__columns", "tables__foreign_keys")
    return {
        "name": workspace.name,
        "title": workspace.title,
        "notice": workspace.notice,
        "origin": workspace.origin,
        "created_at": workspace.created_at.isoformat(),
        "databases": [_database(database) for database in databases],
        "evidence": [{"id": one.pk, "text": one.text} for one in workspace.evidence.all()],
        "examples": workspace.examples.count(),
        "rejected_examples": workspace.rejected_examples.count(),
        "values_shared": workspace.values_shared,
    }


def of_example(example: Example | RejectedExample) -> dict[str, object]:
    """Return a stored question; one that was refused has a reason."""
    why = {"reason": example.reason} if isinstance(example, RejectedExample) else {}
    return {
        **why,
        "id": example.pk,
        "question": example.question,
        "sql": example.sql,
        "evidence": example.evidence,
        "difficulty": example.difficulty,
        "origin": example.origin,
    }


def _database(database: Database) -> dict[str, object]:
    return {
        "name": database.name,
        "engine": database.engine,
        "bytes": database.bytes,
        "sha256": database.sha256,
        "created_at": database.created_at.isoformat(),
        "report": database.report,
        "joins": database.joins,
        "tables": [_table(table) for table in database.tables.all()],
    }


def _table(table: Table) -> dict[str, object]:
    return {
        "name": table.name,
        "rows": table.rows,
        "description": table.description,
        "derived": table.derived,
        "columns": [_column(column) for column in table.columns.all()],
        "foreign_keys": _foreign_keys(table.foreign_keys.all()),
    }


def _column(column: Column) -> dict[str, object]:
    return {
        "name": column.name,
        "type": column.declared_type,
        "description": column.description,
        "derived": column.derived,
        "values": column.values,
        "primary_key": column.primary_key_position > 0,
        "not_null": column.not_null,
        "personal": column.personal,
        "profile": _profile(column),
    }


def _profile(column: Column) -> dict[str, object] | None:
    """Return what the values look like; of what identifies people only how many there are."""
    if not column.profile:
        return None
    hidden = VALUES if column.personal else ("sample",)
    return {name: said for name, said in column.profile.items() if name not in hidden}


def _foreign_keys(pairs: Iterable[ForeignKey]) -> list[dict[str, object]]:
    """Join the column pairs of each key; a reference without columns means the primary key."""
    keys: dict[int, list[ForeignKey]] = defaultdict(list)
    for pair in pairs:
        keys[pair.number].append(pair)
    return [
        {
            "columns": [pair.column for pair in key],
            "table": key[0].referenced_table,
            "references": [pair.referenced_column for pair in key if pair.referenced_column],
        }
        for key in keys.values()
    ]

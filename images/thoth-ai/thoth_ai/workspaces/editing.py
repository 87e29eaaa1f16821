"""Changing the words about a workspace, its tables and its columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from thoth_ai.workspaces import upkeep
from thoth_ai.workspaces.models import Column, Table, Workspace

BATCH = 100
Described = Table | Column


@dataclass(frozen=True, slots=True)
class ColumnWords:
    """What is to be said of a column; None leaves it as it is."""

    description: str | None = None
    values: str | None = None
    personal: bool | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What is to be said of tables and of columns, by their names."""

    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, ColumnWords]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """Rows with their new words, embedded but not written; `unknown` are names not there."""

    rows: tuple[Described, ...]
    unknown: tuple[str, ...]
    renewed: upkeep.Renewed


def prepare(workspace: Workspace, words: Words) -> Change:
    """Find what differs and embed it; nothing is written."""
    tables = Table.objects.filter(database__workspace=workspace).prefetch_related("columns")
    by_name: dict[str, list[Table]] = {}
    for table in tables:
        by_name.setdefault(table.name, []).append(table)
    rows = tuple(_changed(by_name, words))
    unknown = tuple(_unknown(by_name, words))
    return Change(rows, unknown, upkeep.embedded(rows))


def write(workspace: Workspace, change: Change) -> int:
    """Write what was prepared; raises Workspace.DoesNotExist if it went away meanwhile."""
    tables = [row for row in change.rows if isinstance(row, Table)]
    columns = [row for row in change.rows if isinstance(row, Column)]
    with transaction.atomic():
        Workspace.objects.get(pk=workspace.pk)
        Table.objects.bulk_update(tables, ["description"], batch_size=BATCH)
        Column.objects.bulk_update(columns, ["description", "values", "personal"], batch_size=BATCH)
        if change.rows:
            upkeep.replace(workspace, change.renewed)
    return len(change.rows)


def write_details(workspace: Workspace, title: str | None, notice: str | None) -> int:
    """Change title and notice where they are given; returns how many changed."""
    before = (workspace.title, workspace.notice)
    workspace.title = before[0] if title is None else title
    workspace.notice = before[1] if notice is None else notice
    workspace.save(update_fields=["title", "notice"])
    return sum(
        old != new for old, new in zip(before, (workspace.title, workspace.notice), strict=True)
    )


def _changed(by_name: Mapping[str, Sequence[Table]], words: Words) -> Iterator[Described]:
    for name, tables in by_name.items():
        for table in tables:
            text = words.tables.get(name)
            if text is not None and text != table.description:
                table.description = text
                yield table
            yield from _changed_columns(table, words.columns.get(name, {}))


def _changed_columns(table: Table, words: Mapping[str, ColumnWords]) -> Iterator[Column]:
    for column in table.columns.all():
        if (said := words.get(column.name)) and _apply(column, said):
            column.table = table
            yield column


def _apply(column: Column, said: ColumnWords) -> bool:
    before = (column.description, column.values, column.personal)
    column.description = column.description if said.description is None else said.description
    column.values = column.values if said.values is None else said.values
    column.personal = column.personal if said.personal is None else said.personal
    return before != (column.description, column.values, column.personal)


def _unknown(by_name: Mapping[str, Sequence[Table]], words: Words) -> Iterator[str]:
    for name in dict.fromkeys((*words.tables, *words.columns)):
        if name not in by_name:
            yield f"table {name}"
            continue
        known = {column.name for table in by_name[name] for column in table.columns.all()}
        yield from (
            f"column {name}.{one}" for one in words.columns.get(name, ()) if one not in known
        )

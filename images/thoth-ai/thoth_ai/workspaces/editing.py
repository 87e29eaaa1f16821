"""Changing the words about a workspace, its tables and its columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from django.db import transaction

from thoth_ai.profiles import telling
from thoth_ai.profiles.column import ColumnProfile
from thoth_ai.workspaces import upkeep
from thoth_ai.workspaces.models import Column, Table, Workspace
from thoth_ai.workspaces.sharing import may_be_told

BATCH = 100
RETOLD = ["derived", "told_by_model"]
EDITED = ["description", "values", "personal", "judged", *RETOLD]
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
    found = Table.objects.filter(database__workspace=workspace)
    tables = found.select_related("database__workspace").prefetch_related("columns")
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
        Workspace.objects.select_for_update().get(pk=workspace.pk)
        Table.objects.bulk_update(tables, ["description"], batch_size=BATCH)
        Column.objects.bulk_update(columns, EDITED, batch_size=BATCH)
        if change.rows:
            upkeep.replace(workspace, change.renewed)
    return len(change.rows)


@dataclass(frozen=True, slots=True)
class Details:
    """What is to be said of the workspace itself; None leaves it as it is."""

    title: str | None = None
    notice: str | None = None
    values_shared: str | None = None


def write_details(workspace: Workspace, details: Details) -> int:
    """Change what is given; returns how many changed.

    What was derived of values is told to the provider of embeddings: it changes with them.
    """
    given = {name: value for name, value in asdict(details).items() if value is not None}
    changed = [name for name, value in given.items() if getattr(workspace, name) != value]
    before = workspace.values_shared
    for name in changed:
        setattr(workspace, name, given[name])
    columns = list(_retold(workspace, before))
    renewed = upkeep.embedded(columns)
    with transaction.atomic():
        workspace.save(update_fields=changed)
        Column.objects.bulk_update(columns, RETOLD, batch_size=BATCH)
        if columns:
            upkeep.replace(workspace, renewed)
    return len(changed)


def _retold(workspace: Workspace, before: str) -> Iterator[Column]:
    """Give the columns whose values may be told now and could not be before, or the other way."""
    if workspace.values_shared == before:
        return
    columns = Column.objects.filter(table__database__workspace=workspace).exclude(profile={})
    for column in columns.select_related("table"):
        told, was = (
            may_be_told(shared, personal=column.personal)
            for shared in (workspace.values_shared, before)
        )
        if told != was and not (told and column.told_by_model):
            _derive(column, values=told)
            yield column


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
        column.table = table
        if (said := words.get(column.name)) and _apply(column, said):
            yield column


def _apply(column: Column, said: ColumnWords) -> bool:
    before = (column.description, column.values, column.personal)
    column.description = column.description if said.description is None else said.description
    column.values = column.values if said.values is None else said.values
    if said.personal is not None and said.personal != column.personal:
        judge(column, personal=said.personal)
    return before != (column.description, column.values, column.personal)


def judge(column: Column, *, personal: bool) -> None:
    """What was derived of the values goes when they are to be kept back, and comes again."""
    column.personal, column.judged = personal, True
    if column.profile:
        shared = column.table.database.workspace.values_shared
        _derive(column, values=may_be_told(shared, personal=personal))


def _derive(column: Column, *, values: bool) -> None:
    profile = ColumnProfile.read(column.profile)
    column.derived = telling.column(column.name, profile, values=values)
    column.told_by_model = False


def _unknown(by_name: Mapping[str, Sequence[Table]], words: Words) -> Iterator[str]:
    for name in dict.fromkeys((*words.tables, *words.columns)):
        if name not in by_name:
            yield f"table {name}"
            continue
        known = {column.name for table in by_name[name] for column in table.columns.all()}
        yield from (
            f"column {name}.{one}" for one in words.columns.get(name, ()) if one not in known
        )

"""Changing the words about a workspace, its tables and its columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from django.db import transaction

from thoth_ai.profiles import telling
from thoth_ai.profiles.column import ColumnProfile
from thoth_ai.workspaces import comments, upkeep
from thoth_ai.workspaces.models import Column, Table, Workspace
from thoth_ai.workspaces.sharing import may_be_told

BATCH = 100
RETOLD = ["derived", "told_by_model"]
EDITED_TABLE = ["description", *RETOLD]
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
    with transaction.atomic():
        Workspace.objects.select_for_update().get(pk=workspace.pk)
        _save(change.rows, EDITED_TABLE, EDITED)
        if change.rows:
            upkeep.replace(workspace, change.renewed)
            comments.outdate(workspace)
    comments.follow_if_possible(workspace)
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
    rows = list(_retold(workspace, before))
    renewed = upkeep.embedded(rows)
    with transaction.atomic():
        workspace.save(update_fields=changed)
        _save(rows, RETOLD, RETOLD)
        if rows:
            upkeep.replace(workspace, renewed)
            comments.outdate(workspace)
    comments.follow_if_possible(workspace)
    return len(changed)


def _save(rows: Sequence[Described], of_tables: list[str], of_columns: list[str]) -> None:
    tables = [row for row in rows if isinstance(row, Table)]
    columns = [row for row in rows if isinstance(row, Column)]
    Table.objects.bulk_update(tables, of_tables, batch_size=BATCH)
    Column.objects.bulk_update(columns, of_columns, batch_size=BATCH)


def _retold(workspace: Workspace, before: str) -> Iterator[Described]:
    """Give what is described otherwise, for values may be told that could not, or the other way."""
    if workspace.values_shared == before:
        return
    found = Table.objects.filter(database__workspace=workspace)
    for table in found.select_related("database").prefetch_related("columns", "foreign_keys"):
        words = (table.derived, table.told_by_model)
        yield from _retold_columns(table, workspace.values_shared, before)
        if words != (table.derived, table.told_by_model):
            yield table


def _retold_columns(table: Table, shared: str, before: str) -> Iterator[Column]:
    for column in table.columns.all():
        column.table = table
        told, was = (may_be_told(one, personal=column.personal) for one in (shared, before))
        if column.profile and told != was and not (told and column.told_by_model):
            _derive(column, values=told)
            yield column


def _changed(by_name: Mapping[str, Sequence[Table]], words: Words) -> Iterator[Described]:
    for name, tables in by_name.items():
        for table in tables:
            before = (table.description, table.derived)
            table.description = words.tables.get(name, table.description)
            yield from _changed_columns(table, words.columns.get(name, {}))
            if before != (table.description, table.derived):
                yield table


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
    """What was derived of the values goes when they are to be kept back, and comes again.

    What a model wrote of their table goes as well: save the table with the column.
    """
    column.personal, column.judged = personal, True
    if column.profile:
        shared = column.table.database.workspace.values_shared
        _derive(column, values=may_be_told(shared, personal=personal))


def _derive(column: Column, *, values: bool) -> None:
    profile = ColumnProfile.read(column.profile)
    column.derived = telling.column(column.name, profile, values=values)
    column.told_by_model = False
    if not values and column.table.told_by_model:
        _derive_table(column.table)


def _derive_table(table: Table) -> None:
    """A model that wrote of the table knew what its columns were allowed to tell then."""
    joined = [key.referenced_table for key in table.foreign_keys.all()]
    joined += [
        join["referenced_table"] for join in table.database.joins if join["table"] == table.name
    ]
    names = [column.name for column in table.columns.all()]
    table.derived = telling.table(table.name, table.rows, names, joined)
    table.told_by_model = False


def _unknown(by_name: Mapping[str, Sequence[Table]], words: Words) -> Iterator[str]:
    for name in dict.fromkeys((*words.tables, *words.columns)):
        if name not in by_name:
            yield f"table {name}"
            continue
        known = {column.name for table in by_name[name] for column in table.columns.all()}
        yield from (
            f"column {name}.{one}" for one in words.columns.get(name, ()) if one not in known
        )

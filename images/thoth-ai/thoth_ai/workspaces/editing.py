"""Changing the words about a workspace, its tables and its columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from django.db import transaction

from thoth_ai.profiles import telling
from thoth_ai.profiles.column import ColumnProfile
from thoth_ai.workspaces import upkeep
from thoth_ai.workspaces.models import Column, Table, Workspace

BATCH = 100
EDITED = ["description", "values", "personal", "judged", "derived", "told_by_model"]
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
    """Change what is given; returns how many changed."""
    given = {name: value for name, value in asdict(details).items() if value is not None}
    changed = [name for name, value in given.items() if getattr(workspace, name) != value]
    for name in changed:
        setattr(workspace, name, given[name])
    workspace.save(update_fields=changed)
    return len(changed)


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
    if said.personal is not None and said.personal != column.personal:
        judge(column, personal=said.personal)
    return before != (column.description, column.values, column.personal)


def judge(column: Column, *, personal: bool) -> None:
    """What was derived of the values goes when they are to be kept back, and comes again."""
    if column.profile:
        profile = ColumnProfile.read(column.profile)
        column.derived = telling.column(column.name, profile, values=not personal)
        column.told_by_model = False
    column.personal, column.judged = personal, True


def _unknown(by_name: Mapping[str, Sequence[Table]], words: Words) -> Iterator[str]:
    for name in dict.fromkeys((*words.tables, *words.columns)):
        if name not in by_name:
            yield f"table {name}"
            continue
        known = {column.name for table in by_name[name] for column in table.columns.all()}
        yield from (
            f"column {name}.{one}" for one in words.columns.get(name, ()) if one not in known
        )

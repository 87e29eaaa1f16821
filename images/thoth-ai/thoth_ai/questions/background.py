"""What the workspace knows that helps with a question: its schema, hints and examples."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from thoth_ai.answering import schema
from thoth_ai.answering.prompt import Background, Pair
from thoth_ai.profiles import telling
from thoth_ai.profiles.column import ColumnProfile
from thoth_ai.questions import mentioned
from thoth_ai.questions.asked import Asked
from thoth_ai.questions.point_index import Search
from thoth_ai.workspaces import points, sharing
from thoth_ai.workspaces.models import Column, Database, Evidence, Example, ForeignKey, Table

HINTS, EXAMPLES, TABLES = 8, 5, 200


@dataclass(frozen=True, slots=True)
class Known:
    """Everything a prompt is made of besides the question."""

    schema: schema.Schema
    background: Background
    relevance: Mapping[str, float]


def gather(asked: Asked, database: Database, search: Search | None) -> Known:
    """Collect it; without a search (its provider is away) the first hints have to do."""
    name = database.workspace.name
    values = mentioned.told(asked.question, database)
    if search is None:
        hints = Evidence.objects.filter(workspace=database.workspace)[:HINTS]
        told = Background([hint.text for hint in hints], values, (), asked.earlier)
        return Known(schema_of(database), told, {})
    hints_near = search.nearest(points.EVIDENCE, name, HINTS)
    tables_near = search.nearest(points.TABLE, name, TABLES)
    told = Background(
        hints=[entry.text for entry, _ in hints_near],
        values=values,
        examples=_examples(
            int(entry.ref) for entry, _ in search.nearest(points.EXAMPLE, name, EXAMPLES)
        ),
        earlier=asked.earlier,
    )
    return Known(schema_of(database), told, {entry.ref: score for entry, score in tables_near})


def schema_of(database: Database) -> schema.Schema:
    """Return the database's schema as it was registered, with the values that may be told."""
    tables = Table.objects.filter(database=database).prefetch_related("columns", "foreign_keys")
    shared, joins = database.workspace.values_shared, list(database.joins)
    return schema.Schema(database.engine, tuple(_table(table, shared, joins) for table in tables))


def _examples(keys: Iterable[int]) -> list[Pair]:
    wanted = list(keys)
    found = Example.objects.in_bulk(wanted)
    return [Pair(found[key].question, found[key].sql) for key in wanted if key in found]


def _table(table: Table, shared: str, joins: Iterable[Mapping[str, str]]) -> schema.Table:
    keys = groupby(table.foreign_keys.all(), key=lambda pair: pair.number)
    declared = tuple(_foreign_key(list(pairs)) for _, pairs in keys)
    likely = tuple(_likely(join) for join in joins if join["table"] == table.name)
    return schema.Table(
        name=table.name,
        rows=table.rows,
        description=table.description or (table.derived if table.told_by_model else ""),
        columns=tuple(_column(column, shared) for column in table.columns.all()),
        foreign_keys=declared + likely,
    )


def _column(column: Column, shared: str) -> schema.Column:
    """What a model wrote may speak of values, as what they mean does; both are kept back alike."""
    told = sharing.may_be_told(shared, personal=column.personal)
    written = column.derived if column.told_by_model and told else ""
    profile = ColumnProfile.read(column.profile) if column.profile else None
    return schema.Column(
        name=column.name,
        type=column.declared_type,
        description=column.description or written,
        values=column.values if told else "",
        facts=telling.facts(profile, values=told) if profile else "",
        primary_key=column.primary_key_position > 0,
        personal=column.personal and not told,
    )


def _likely(join: Mapping[str, str]) -> schema.ForeignKey:
    return schema.ForeignKey(
        (join["column"],), join["referenced_table"], (join["referenced_column"],), likely=True
    )


def _foreign_key(pairs: list[ForeignKey]) -> schema.ForeignKey:
    return schema.ForeignKey(
        columns=tuple(pair.column for pair in pairs),
        table=pairs[0].referenced_table,
        references=tuple(pair.referenced_column for pair in pairs if pair.referenced_column),
    )

"""What the workspace knows that helps with a question: its schema, hints and examples."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from thoth_ai.answering import schema
from thoth_ai.answering.prompt import Background, Pair
from thoth_ai.questions.asked import Asked
from thoth_ai.questions.point_index import Search
from thoth_ai.workspaces import points
from thoth_ai.workspaces.models import Database, Evidence, Example, ForeignKey, Table

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
    if search is None:
        hints = Evidence.objects.filter(workspace=database.workspace)[:HINTS]
        told = Background([hint.text for hint in hints], (), asked.earlier)
        return Known(schema_of(database), told, {})
    hints_near = search.nearest(points.EVIDENCE, name, HINTS)
    tables_near = search.nearest(points.TABLE, name, TABLES)
    told = Background(
        hints=[entry.text for entry, _ in hints_near],
        examples=_examples(
            int(entry.ref) for entry, _ in search.nearest(points.EXAMPLE, name, EXAMPLES)
        ),
        earlier=asked.earlier,
    )
    return Known(schema_of(database), told, {entry.ref: score for entry, score in tables_near})


def schema_of(database: Database) -> schema.Schema:
    """Return the database's schema as it was registered."""
    tables = Table.objects.filter(database=database).prefetch_related("columns", "foreign_keys")
    return schema.Schema(database.engine, tuple(_table(table) for table in tables))


def _examples(keys: Iterable[int]) -> list[Pair]:
    wanted = list(keys)
    found = Example.objects.in_bulk(wanted)
    return [Pair(found[key].question, found[key].sql) for key in wanted if key in found]


def _table(table: Table) -> schema.Table:
    columns = tuple(
        schema.Column(
            name=column.name,
            type=column.declared_type,
            description=column.description,
            values=column.values,
            primary_key=column.primary_key_position > 0,
            personal=column.personal,
        )
        for column in table.columns.all()
    )
    keys = groupby(table.foreign_keys.all(), key=lambda pair: pair.number)
    return schema.Table(
        name=table.name,
        rows=table.rows,
        description=table.description,
        columns=columns,
        foreign_keys=tuple(_foreign_key(list(pairs)) for _, pairs in keys),
    )


def _foreign_key(pairs: list[ForeignKey]) -> schema.ForeignKey:
    return schema.ForeignKey(
        columns=tuple(pair.column for pair in pairs),
        table=pairs[0].referenced_table,
        references=tuple(pair.referenced_column for pair in pairs if pair.referenced_column),
    )

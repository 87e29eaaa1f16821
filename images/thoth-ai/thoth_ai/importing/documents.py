"""The texts of a workspace that go into its vector store."""

from collections.abc import Iterator, Sequence

from thoth_ai.importing.inspection import ColumnSchema, TableSchema
from thoth_ai.importing.knowledge import Knowledge
from thoth_ai.importing.question_file import Proposal
from thoth_ai.workspaces.points import EXAMPLE, Document


def compose(
    tables: Sequence[TableSchema], knowledge: Knowledge, examples: Sequence[Proposal]
) -> list[Document]:
    """Return one document for each table, column, evidence and example; examples come last."""
    documents = [document for table in tables for document in _of_table(table, knowledge)]
    documents += [Document("evidence", str(n), text) for n, text in enumerate(knowledge.evidence)]
    documents += [Document(EXAMPLE, str(n), one.question) for n, one in enumerate(examples)]
    return documents


def count(tables: Sequence[TableSchema], knowledge: Knowledge) -> int:
    """Return how many documents there are without the examples."""
    return sum(1 + len(table.columns) for table in tables) + len(knowledge.evidence)


def _of_table(table: TableSchema, knowledge: Knowledge) -> Iterator[Document]:
    text = knowledge.about(table.name)
    names = ", ".join(column.name for column in table.columns)
    yield Document("table", table.name, f"{table.name}. {text.description} Columns: {names}")
    for column in table.columns:
        description = text.columns.get(column.name, "")
        yield _of_column(table.name, column, description)


def _of_column(table: str, column: ColumnSchema, description: str) -> Document:
    text = f"{column.name} of {table} ({column.declared_type or 'any type'}). {description}"
    return Document("column", f"{table}.{column.name}", text.strip())

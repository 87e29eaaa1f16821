"""The texts of a workspace that go into its vector store."""

from collections.abc import Iterator, Sequence

from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.knowledge import Knowledge
from thoth_ai.importing.question_file import Proposal
from thoth_ai.workspaces import wording
from thoth_ai.workspaces.points import COLUMN, EVIDENCE, EXAMPLE, TABLE, Document


def compose(
    tables: Sequence[TableSchema], knowledge: Knowledge, examples: Sequence[Proposal]
) -> list[Document]:
    """Return one document for each table, column, evidence and example, the last two by number."""
    documents = [document for table in tables for document in _of_table(table, knowledge)]
    documents += [Document(EVIDENCE, str(n), text) for n, text in enumerate(knowledge.evidence)]
    documents += [Document(EXAMPLE, str(n), one.question) for n, one in enumerate(examples)]
    return documents


def count(tables: Sequence[TableSchema], knowledge: Knowledge) -> int:
    """Return how many documents there are without the examples."""
    return sum(1 + len(table.columns) for table in tables) + len(knowledge.evidence)


def _of_table(table: TableSchema, knowledge: Knowledge) -> Iterator[Document]:
    text = knowledge.about(table.name)
    names = (column.name for column in table.columns)
    yield Document(
        TABLE, table.name, wording.table_text(table.name, text.description or text.derived, names)
    )
    for column in table.columns:
        yield Document(
            COLUMN,
            f"{table.name}.{column.name}",
            wording.column_text(
                table.name,
                column.name,
                column.declared_type,
                text.columns.get(column.name) or text.derived_columns.get(column.name, ""),
                text.values.get(column.name, ""),
            ),
        )

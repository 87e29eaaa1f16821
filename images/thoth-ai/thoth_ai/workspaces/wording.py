"""The texts of tables and columns as they lie in the vector store."""

from collections.abc import Iterable

LONGEST = 2_000


def table_text(name: str, description: str, columns: Iterable[str]) -> str:
    """Return the text of a table: its name, what it is and the names of its columns."""
    return _cut(f"{name}. {description} Columns: {', '.join(columns)}")


def column_start(table: str, name: str) -> str:
    """Return how the text of a column begins, which no other column's text does."""
    return f"{name} of {table} ("


def column_text(
    table: str, name: str, declared_type: str, description: str = "", values: str = ""
) -> str:
    """Return the text of a column: its name, what it is and what its values mean."""
    start = f"{column_start(table, name)}{declared_type or 'any type'})."
    return _cut(" ".join(part for part in (start, description, values) if part))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

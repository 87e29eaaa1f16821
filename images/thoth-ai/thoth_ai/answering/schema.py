"""A database as a question sees it: tables, columns and how they join."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `values` says what its values mean, `facts` what they look like.

    `personal` says that they tell about people and are to be kept back.
    """

    name: str
    type: str
    description: str = ""
    values: str = ""
    facts: str = ""
    primary_key: bool = False
    personal: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns that point to those of another table; no `references` means its primary key."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]
    likely: bool = False
    """Nobody declared it; the values say so."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with everything known about it."""

    name: str
    rows: int
    description: str
    columns: tuple[Column, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """All tables of a database, and the SQL dialect it speaks as sqlglot names it."""

    dialect: str
    tables: tuple[Table, ...]

    def neighbours(self, table: str) -> frozenset[str]:
        """Return the tables one foreign key away, in lower case."""
        wanted = table.lower()
        pairs = [
            (one.name.lower(), key.table.lower()) for one in self.tables for key in one.foreign_keys
        ]
        return frozenset(b if a == wanted else a for a, b in pairs if wanted in (a, b)) - {wanted}

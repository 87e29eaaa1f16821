"""Which columns have values worth finding."""

from collections.abc import Iterable
from dataclasses import dataclass

from thoth_ai.importing.inspection import TableSchema

MOST_FEW = 1_000
"""Numbers and dates count where fewer are different: years and codes, not amounts."""
LONGEST_MEAN = 100
"""Texts longer than this on average are read, not named."""
LONGEST = 200

_FEW = ("INT", "DATE", "TIME", "NUM", "DEC", "YEAR")
_NEVER = ("BOOL", "REAL", "FLOA", "DOUB", "BLOB", "BYTEA", "BINARY")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column to be read; `few` when only a column of low cardinality is taken."""

    table: str
    column: str
    few: bool


def wanted(tables: Iterable[TableSchema]) -> tuple[Wanted, ...]:
    """Return the columns of texts, of whole numbers and of dates."""
    return tuple(
        Wanted(table.name, column.name, few=_is_few(column.declared_type))
        for table in tables
        for column in table.columns
        if not _is_never(column.declared_type)
    )


def _is_few(declared: str) -> bool:
    return any(word in declared.upper() for word in _FEW)


def _is_never(declared: str) -> bool:
    return any(word in declared.upper() for word in _NEVER)

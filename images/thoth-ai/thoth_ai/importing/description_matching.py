"""Which description file is about which table, and which of its rows about which column.

The names of the files differ from those of the tables in case, number or altogether; a file takes
the table whose name or whose columns fit best, and how it was found is told.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from thoth_ai.answering.words import fold, singular
from thoth_ai.importing.description_files import ColumnNote, DescriptionFile
from thoth_ai.importing.inspection import TableSchema

LEAST_SHARED = 0.5
LEAST_AHEAD = 0.1


class How(StrEnum):
    """What a file and its table have in common."""

    NAME = "name"
    CASE = "name but for case and spaces"
    NUMBER = "name but for singular and plural"
    COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class Pair:
    """A file with its table."""

    file: DescriptionFile
    table: TableSchema
    how: How


def pair(files: Sequence[DescriptionFile], tables: Sequence[TableSchema]) -> list[Pair]:
    """Give each file at most one table and each table at most one file, the surest ones first."""
    found: list[Pair] = []
    for how, same in _BY_NAME.items():
        for file in _left(files, found):
            fitting = [table for table in tables if same(file.stem, table.name)]
            free = [table for table in fitting if all(one.table is not table for one in found)]
            if len(free) == 1:
                found.append(Pair(file, free[0], how))
    while nearest := _nearest(_left(files, found), [t for t in tables if _is_free(t, found)]):
        found.append(nearest)
    return found


def plain(name: str) -> str:
    """Return a name without the differences that nobody means."""
    return " ".join(fold(name).split())


def columns_of(
    notes: Sequence[ColumnNote], table: TableSchema
) -> tuple[dict[str, ColumnNote], list[str]]:
    """Return the notes by the table's own column names, and the names it does not have."""
    found: dict[str, ColumnNote] = {}
    absent: list[str] = []
    names = _column_names(table)
    for note in notes:
        name = next((names[key] for key in _keys(note.name) if key in names), None)
        if name is None or name in found:
            absent.append(note.name)
        else:
            found[name] = note
    return found, absent


def _column_names(table: TableSchema) -> Mapping[str, str]:
    """Return the columns under every spelling; an exact one beats an approximate one."""
    spelled: dict[str, str] = {}
    for key_number in range(len(_keys(""))):
        for column in table.columns:
            spelled.setdefault(_keys(column.name)[key_number], column.name)
    return spelled


def _keys(name: str) -> tuple[str, str, str]:
    return f"={name}", f"~{plain(name)}", f"_{_loose(name)}"


def _loose(name: str) -> str:
    return re.sub(r"[\W_]+", "_", fold(name)).strip("_")


def _single(name: str) -> str:
    return "_".join(singular(word) for word in _loose(name).split("_"))


_BY_NAME: Mapping[How, Callable[[str, str], bool]] = {
    How.NAME: lambda stem, table: stem == table,
    How.CASE: lambda stem, table: _loose(stem) == _loose(table),
    How.NUMBER: lambda stem, table: _single(stem) == _single(table),
}


def _left(files: Sequence[DescriptionFile], found: Sequence[Pair]) -> list[DescriptionFile]:
    return [file for file in files if file.notes and all(one.file is not file for one in found)]


def _is_free(table: TableSchema, found: Sequence[Pair]) -> bool:
    return all(one.table is not table for one in found)


def _nearest(files: Sequence[DescriptionFile], tables: Sequence[TableSchema]) -> Pair | None:
    """Return the file and table that share most columns, if no other table comes close."""
    best: tuple[float, Pair] | None = None
    for file in files:
        ranked = sorted(_shares(file, tables), key=lambda one: -one[0])
        if not ranked or ranked[0][0] < LEAST_SHARED:
            continue
        second = ranked[1][0] if len(ranked) > 1 else 0.0
        clear = ranked[0][0] - second >= LEAST_AHEAD
        if clear and (best is None or ranked[0][0] > best[0]):
            best = (ranked[0][0], Pair(file, ranked[0][1], How.COLUMNS))
    return best[1] if best else None


def _shares(
    file: DescriptionFile, tables: Sequence[TableSchema]
) -> Iterator[tuple[float, TableSchema]]:
    for table in tables:
        found, absent = columns_of(file.notes, table)
        yield len(found) / (len(absent) + len(table.columns)), table

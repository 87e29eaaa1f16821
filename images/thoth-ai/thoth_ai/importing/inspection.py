"""Reading the schema from the database itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from thoth_ai.importing.checks import opened, quoted
from thoth_ai.importing.reporting import Phase, Progress

HIDDEN = 1  # of a virtual table; 2 and 3 are generated columns, which can be asked for


@dataclass(frozen=True, slots=True)
class ColumnSchema:
    """A column as declared."""

    name: str
    declared_type: str
    primary_key_position: int
    not_null: bool
    generated: bool
    unique: bool


@dataclass(frozen=True, slots=True)
class ForeignKeySchema:
    """One column pair of a foreign key."""

    number: int
    position: int
    column: str
    referenced_table: str
    referenced_column: str


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table with its row count."""

    name: str
    rows: int
    columns: tuple[ColumnSchema, ...]
    foreign_keys: tuple[ForeignKeySchema, ...]
    has_row_numbers: bool = True
    is_numbered: bool = False
    """SQLite gives new rows the next number as their key."""


def inspect(path: Path, reporter: Progress) -> tuple[TableSchema, ...]:
    """Return every ordinary table; virtual and shadow tables are left out."""
    with closing(opened(path)) as connection:
        names = _table_names(connection)
        tables = []
        for done, (name, plain) in enumerate(names, start=1):
            tables.append(_table(connection, name, has_row_numbers=plain))
            reporter.progress(Phase.INSPECT, done, len(names), "tables")
    return tuple(tables)


def _table_names(connection: sqlite3.Connection) -> list[tuple[str, bool]]:
    found = connection.execute(
        "SELECT name, wr = 0 FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    return [(str(name), bool(plain)) for name, plain in found]


def _table(connection: sqlite3.Connection, name: str, *, has_row_numbers: bool) -> TableSchema:
    columns = tuple(_columns(connection, name))
    keys = [column for column in columns if column.primary_key_position]
    count = connection.execute(f"SELECT count(*) FROM {quoted(name)}")  # noqa: S608 - quoted
    return TableSchema(
        name=name,
        rows=int(count.fetchone()[0]),
        columns=columns,
        foreign_keys=tuple(_foreign_keys(connection, name)),
        has_row_numbers=has_row_numbers,
        is_numbered=has_row_numbers and [key.declared_type.upper() for key in keys] == ["INTEGER"],
    )


def _columns(connection: sqlite3.Connection, table: str) -> Iterator[ColumnSchema]:
    unique = _unique_columns(connection, table)
    rows = connection.execute(f"PRAGMA table_xinfo({quoted(table)})")
    for _, name, declared, not_null, _, key_position, hidden in rows:
        if hidden == HIDDEN:
            continue
        yield ColumnSchema(
            name=str(name),
            declared_type=str(declared or ""),
            primary_key_position=int(key_position),
            not_null=bool(not_null),
            generated=bool(hidden),
            unique=name in unique,
        )


def _unique_columns(connection: sqlite3.Connection, table: str) -> set[str]:
    """Return the columns that alone make a whole unique index."""
    found: set[str] = set()
    indexes = connection.execute(f"PRAGMA index_list({quoted(table)})").fetchall()
    for _, index, unique, _, partial in indexes:
        columns = connection.execute(f"PRAGMA index_info({quoted(index)})").fetchall()
        if unique and not partial and len(columns) == 1 and columns[0][2] is not None:
            found.add(str(columns[0][2]))
    return found


def _foreign_keys(connection: sqlite3.Connection, table: str) -> Iterator[ForeignKeySchema]:
    rows = connection.execute(f"PRAGMA foreign_key_list({quoted(table)})")
    for number, position, referenced_table, column, referenced_column, *_ in rows:
        yield ForeignKeySchema(
            number=int(number),
            position=int(position),
            column=str(column),
            referenced_table=str(referenced_table),
            referenced_column=str(referenced_column or ""),
        )

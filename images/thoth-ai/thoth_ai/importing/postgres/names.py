"""Names PostgreSQL cannot take as they are; all others stay verbatim."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from thoth_ai.errors import ServerError
from thoth_ai.importing.inspection import ColumnSchema, TableSchema

LONGEST = 63
SYSTEM = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})


def acceptable(tables: Sequence[TableSchema]) -> tuple[TableSchema, ...]:
    """Return the tables with names PostgreSQL takes; raises ServerError when two become one."""
    _refuse_alike("tables", [table.name for table in tables])
    return tuple(replace(table, columns=tuple(_columns(table))) for table in tables)


def renamed(
    before: Sequence[TableSchema], after: Sequence[TableSchema]
) -> Iterator[tuple[str, str, str]]:
    """Return table, old and new name of every column that is called otherwise now."""
    for old, new in zip(before, after, strict=True):
        for was, now in zip(old.columns, new.columns, strict=True):
            if was.name != now.name:
                yield new.name, was.name, now.name


def _columns(table: TableSchema) -> Iterator[ColumnSchema]:
    _refuse_alike(f"columns of {table.name}", [column.name for column in table.columns])
    taken = {column.name for column in table.columns}
    for number, column in enumerate(table.columns, start=1):
        name = column.name
        if name in SYSTEM:
            name = next(f"{name}{'_' * n}" for n in range(1, 99) if f"{name}{'_' * n}" not in taken)
        yield replace(column, name=name or f"column {number}")


def _refuse_alike(what: str, names: Iterable[str]) -> None:
    """Longer names are cut by PostgreSQL, in queries too, so only a clash does harm."""
    seen: dict[bytes, str] = {}
    for name in names:
        short = name.encode()[:LONGEST]
        if short in seen:
            raise ServerError(
                f"Two {what} begin with the same {LONGEST} bytes: {seen[short]} and {name}.",
                hint="Rename one of them in the SQLite file, then import it again.",
                code="names_collide",
            )
        seen[short] = name

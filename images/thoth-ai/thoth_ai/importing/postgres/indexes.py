"""The indexes of a table: plain, descending, case-folded, partial and of expressions."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlglot
from psycopg import sql
from sqlglot import exp
from sqlglot.errors import SqlglotError

from thoth_ai.answering import sql_guard
from thoth_ai.importing.checks import quoted
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.postgres import translation
from thoth_ai.importing.postgres.trying import own_name, tried
from thoth_ai.postgres.schemas import Connection

EXPRESSION, ROW_NUMBER = -2, -1
_NOT_TOLD = (
    SqlglotError,
    translation.NotTranslatedError,
    sql_guard.RefusedSqlError,
    LookupError,
    TypeError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class _Index:
    name: str
    unique: bool
    partial: bool
    parts: Sequence[tuple[int, bool, str]]
    """The column's position or EXPRESSION, whether it descends, its collation."""


def add(
    connection: Connection, source: sqlite3.Connection, old: TableSchema, new: TableSchema
) -> Iterator[str]:
    """Add what can be; return a sentence for each that cannot."""
    for number, index in enumerate(_indexes(source, old)):
        try:
            text = _statement(source, index, old, (new, number))
        except _NOT_TOLD as error:
            complaint: str | None = str(error) or type(error).__name__
        else:
            complaint = tried(connection, text)
        if complaint:
            yield f"{new.name}: the index {index.name} was not kept: {complaint}"


def _indexes(source: sqlite3.Connection, table: TableSchema) -> Iterator[_Index]:
    rows = source.execute(f"PRAGMA index_list({quoted(table.name)})").fetchall()
    for _, name, unique, origin, partial in rows:
        parts = [
            (int(cid), bool(descending), str(collation))
            for _, cid, _, descending, collation, key in source.execute(
                f"PRAGMA index_xinfo({quoted(name)})"
            ).fetchall()
            if key
        ]
        if origin != "pk" and ROW_NUMBER not in {cid for cid, *_ in parts}:
            yield _Index(str(name), bool(unique), bool(partial), parts)


def _statement(
    source: sqlite3.Connection, index: _Index, old: TableSchema, place: tuple[TableSchema, int]
) -> sql.Composed:
    new, number = place
    written = _written(source, index, old, new)
    parts: list[sql.Composable] = []
    for at, (position, descending, collation) in enumerate(index.parts):
        if position == EXPRESSION:
            part: sql.Composable = sql.SQL("({})").format(sql.SQL(written[0][at]))
        else:
            part = sql.Identifier(new.columns[position].name)
            is_text = new.columns[position].declared_type == "text"
            if collation.upper() == "NOCASE" and is_text:
                part = sql.SQL("lower({})").format(part)
        parts.append(sql.SQL("{} DESC").format(part) if descending else part)
    text = sql.SQL("CREATE {} {} ON {} ({})").format(
        sql.SQL("UNIQUE INDEX" if index.unique else "INDEX"),
        own_name("index", new.name, number),
        sql.Identifier(new.name),
        sql.SQL(", ").join(parts),
    )
    return text + sql.SQL(f" WHERE {written[1]}") if written[1] else text


def _written(
    source: sqlite3.Connection, index: _Index, old: TableSchema, new: TableSchema
) -> tuple[list[str], str]:
    """Return the expressions and the condition in PostgreSQL's words, where there are any."""
    if not index.partial and EXPRESSION not in {part for part, *_ in index.parts}:
        return [], ""
    (text,) = source.execute(
        "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?", (index.name,)
    ).fetchone()
    root = sqlglot.parse_one(text, read="sqlite")
    names = {old.name.lower(): (new.name, translation.columns_of(old, new))}
    translation.spell(root, names)
    parameters = root.find(exp.IndexParameters)
    if parameters is None:
        raise translation.NotTranslatedError("It cannot be put into PostgreSQL's words.")
    inner = [
        one.this if isinstance(one, exp.Ordered) else one for one in parameters.args["columns"]
    ]
    where = parameters.args.get("where")
    condition = _guarded(where.this) if where is not None else ""
    return [_guarded(one) for one in inner], condition


def _guarded(expression: exp.Expr) -> str:
    """Return it in PostgreSQL's words, if they are what a harmless question could say."""
    text = expression.sql(dialect="postgres")
    sql_guard.check(f"SELECT ({text})", dialect="postgres")
    return text

"""Keys, indexes and references, as far as the values obey them; what they do not is reported."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import psycopg
from psycopg import sql

from thoth_ai.importing.checks import quoted
from thoth_ai.importing.inspection import ForeignKeySchema, TableSchema
from thoth_ai.postgres.schemas import Connection


def add(
    connection: Connection, source: sqlite3.Connection, tables: Sequence[TableSchema]
) -> list[str]:
    """Add everything that holds; return a sentence for everything that does not."""
    said: list[str] = []
    for table in tables:
        said += _primary_key(connection, table)
        said += _indexes(connection, source, table)
    by_name = {table.name.lower(): table for table in tables}
    for table in tables:
        said += _references(connection, table, by_name)
    for table in tables:
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table.name)))
    return said


def _primary_key(connection: Connection, table: TableSchema) -> Iterator[str]:
    names = _key(table)
    if not names:
        return
    text = sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})")
    if complaint := _tried(connection, text.format(sql.Identifier(table.name), _listed(names))):
        yield f"{table.name}: the primary key was not kept: {complaint}"
        unique = sql.SQL("CREATE UNIQUE INDEX ON {} ({})")  # SQLite allows NULL in a key
        _tried(connection, unique.format(sql.Identifier(table.name), _listed(names)))


def _indexes(
    connection: Connection, source: sqlite3.Connection, table: TableSchema
) -> Iterator[str]:
    known = {column.name for column in table.columns}
    listed = source.execute(f"PRAGMA index_list({quoted(table.name)})").fetchall()
    for _, index, unique, origin, partial in listed:
        rows = source.execute(f"PRAGMA index_info({quoted(index)})").fetchall()
        names = [name for _, _, name in rows]
        if origin == "pk" or partial or not known.issuperset(names):
            continue  # the key is there already; a part of the rows or an expression stays away
        text = sql.SQL("CREATE {} ON {} ({})").format(
            sql.SQL("UNIQUE INDEX" if unique else "INDEX"),
            sql.Identifier(table.name),
            _listed(names),
        )
        if complaint := _tried(connection, text):
            yield f"{table.name}: an index was not kept: {complaint}"


def _references(
    connection: Connection, table: TableSchema, by_name: Mapping[str, TableSchema]
) -> Iterator[str]:
    pairs: dict[int, list[ForeignKeySchema]] = defaultdict(list)
    for pair in table.foreign_keys:
        pairs[pair.number].append(pair)
    for number, key in pairs.items():
        goal = by_name.get(key[0].referenced_table.lower())
        if goal is None:
            yield f"{table.name}: a foreign key to {key[0].referenced_table}, which is not there"
            continue
        own = [_actual(table, pair.column) for pair in key]
        theirs = [_actual(goal, pair.referenced_column) for pair in key if pair.referenced_column]
        yield from _reference(
            connection, (table.name, own), (goal.name, theirs or _key(goal)), number
        )


def _reference(
    connection: Connection,
    own: tuple[str, Sequence[str]],
    goal: tuple[str, Sequence[str]],
    number: int,
) -> Iterator[str]:
    """Add it unchecked, then check it: what points nowhere stays, and is told."""
    name = sql.Identifier(f"foreign key {number}")
    added = sql.SQL(
        "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}) NOT VALID"
    )
    parts = (
        sql.Identifier(own[0]),
        name,
        _listed(own[1]),
        sql.Identifier(goal[0]),
        _listed(goal[1]),
    )
    spoken = f"{own[0]}: the foreign key of {', '.join(own[1])} to {goal[0]}"
    if complaint := _tried(connection, added.format(*parts)):
        yield f"{spoken} was not kept: {complaint}"
        return
    checked = sql.SQL("ALTER TABLE {} VALIDATE CONSTRAINT {}").format(parts[0], name)
    if _tried(connection, checked):
        yield f"{spoken} has {_pointless(connection, own, goal)} rows that point nowhere"


def _pointless(
    connection: Connection, own: tuple[str, Sequence[str]], goal: tuple[str, Sequence[str]]
) -> int:
    same = sql.SQL(" AND ").join(
        sql.SQL("theirs.{} = own.{}").format(sql.Identifier(b), sql.Identifier(a))
        for a, b in zip(own[1], goal[1], strict=True)
    )
    given = sql.SQL(" AND ").join(
        sql.SQL("own.{} IS NOT NULL").format(sql.Identifier(name)) for name in own[1]
    )
    text = "SELECT count(*) FROM {} own WHERE {} AND NOT EXISTS (SELECT FROM {} theirs WHERE {})"
    found = connection.execute(
        sql.SQL(text).format(sql.Identifier(own[0]), given, sql.Identifier(goal[0]), same)
    ).fetchone()
    return int(found[0]) if found else 0


def _tried(connection: Connection, text: sql.Composed) -> str | None:
    """Run it for itself; return why it failed."""
    try:
        with connection.transaction():
            connection.execute(text)
    except (
        psycopg.errors.IntegrityError,
        psycopg.errors.ProgrammingError,
        psycopg.errors.ProgramLimitExceeded,
    ) as error:
        return error.diag.message_primary or type(error).__name__
    return None


def _key(table: TableSchema) -> list[str]:
    part = [column for column in table.columns if column.primary_key_position]
    return [column.name for column in sorted(part, key=lambda one: one.primary_key_position)]


def _actual(table: TableSchema, name: str) -> str:
    """SQLite does not mind how a name is written here."""
    lowered = name.lower()
    return next((one.name for one in table.columns if one.name.lower() == lowered), name)


def _listed(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)

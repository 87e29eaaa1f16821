"""Names in SQL that the database does not have.

SQLite takes a name in double quotes that it does not know for a text, and answers with a wrong
result instead of an error; this finds such names before that happens.
"""

import difflib

import sqlglot
from sqlglot import exp

from thoth_ai.answering.schema import Schema


class UnknownNameError(Exception):
    """The SQL names a column that is in no table it could mean."""


def check(sql: str, schema: Schema) -> None:
    """Raise UnknownNameError for a quoted column that no table and no alias is called.

    The SQL must have passed the guard, so that it parses.
    """
    root = sqlglot.parse_one(sql, read=schema.dialect)
    known = _known(schema) | {name.lower() for name in _aliases(root)}
    for column in root.find_all(exp.Column):
        name = column.this
        if isinstance(name, exp.Identifier) and name.quoted and name.this.lower() not in known:
            raise UnknownNameError(_complaint(str(name.this), schema))


def _known(schema: Schema) -> set[str]:
    columns = {column.name.lower() for table in schema.tables for column in table.columns}
    return columns | {"rowid", "oid", "_rowid_"}


def _aliases(root: exp.Expr) -> set[str]:
    named = {str(alias.alias) for alias in root.find_all(exp.Alias)}
    for alias in root.find_all(exp.TableAlias):
        named |= {str(column.name) for column in alias.columns}
    return named


def _complaint(name: str, schema: Schema) -> str:
    columns = {column.name for table in schema.tables for column in table.columns}
    near = difflib.get_close_matches(name, columns, n=3, cutoff=0.6)
    hint = f" Similar names: {', '.join(near)}." if near else ""
    return f'There is no column "{name}".{hint} Values go between single quotes.'

"""Refuses every SQL text that is not one harmless SELECT; the reader does not rely on it."""

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from thoth_ai.answering.allowed import FUNCTIONS, NODES, ROOTS, SYSTEM_PREFIXES

LONGEST = 20_000
DEEPEST = 100
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class RefusedSqlError(Exception):
    """The SQL holds something that is not on the list of what is allowed."""


def check(sql: str, *, dialect: str = "sqlite") -> str:
    """Return the SQL without a final semicolon; raises RefusedSqlError with what was refused."""
    text = sql.strip().removesuffix(";").rstrip()
    _check_text(text)
    root = _parsed(text, dialect)
    if type(root) not in ROOTS:
        raise RefusedSqlError("Only one SELECT is allowed.")
    for node in root.walk():
        _check_node(node)
    return text


def _check_text(text: str) -> None:
    if not text:
        raise RefusedSqlError("There is no SQL.")
    if len(text) > LONGEST:
        raise RefusedSqlError(f"SQL longer than {LONGEST:,} characters is not allowed.")
    if _CONTROL.search(text):
        raise RefusedSqlError("Control characters are not allowed.")
    depth = deepest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise RefusedSqlError(f"More than {DEEPEST} nested parentheses are not allowed.")


def _parsed(text: str, dialect: str) -> exp.Expr:
    try:
        statements = [one for one in sqlglot.parse(text, read=dialect) if one is not None]
    except SqlglotError as error:
        raise RefusedSqlError("This is not SQL that can be understood.") from error
    except (RecursionError, ValueError, TypeError, AttributeError, IndexError) as error:
        # What the parser was never built for is nothing to run.
        raise RefusedSqlError("This is not SQL that can be understood.") from error
    if len(statements) != 1:
        raise RefusedSqlError("Only one statement is allowed.")
    return statements[0]


def _check_node(node: exp.Expr) -> None:
    match node:
        case exp.Anonymous() | exp.AnonymousAggFunc():
            _check_function(str(node.name))
        case exp.Table():
            _check_table(node)
        case exp.With():
            _check_with(node)
        case exp.Select() if not node.expressions:
            raise RefusedSqlError("A SELECT of nothing is not allowed.")
        case exp.Identifier() if not node.quoted and str(node.this).startswith("$"):
            raise RefusedSqlError("Parameters are not allowed.")
        case _ if type(node) not in NODES:
            raise RefusedSqlError(f"{_spoken(node)} is not allowed.")


def _check_function(name: str) -> None:
    if name.lower() not in FUNCTIONS:
        raise RefusedSqlError(f"The function {name} is not allowed.")


def _check_table(table: exp.Table) -> None:
    if not isinstance(table.this, exp.Identifier):
        raise RefusedSqlError("Functions that give tables are not allowed.")
    qualifiers = [str(table.db), str(table.catalog)]
    names = [table.name.lower(), *(name.lower() for name in qualifiers)]
    if any(name.startswith(SYSTEM_PREFIXES) for name in names):
        raise RefusedSqlError(f"The table {table.name} is not allowed.")


def _check_with(clause: exp.With) -> None:
    """A query that refers to itself can run for ever; SQLite needs no RECURSIVE for it."""
    for common in clause.expressions:
        own = str(common.alias).lower()
        if any(table.name.lower() == own for table in common.this.find_all(exp.Table)):
            raise RefusedSqlError("Recursive queries are not allowed.")


def _spoken(node: exp.Expr) -> str:
    if isinstance(node, exp.Func):
        return f"The function {node.sql_name()}"
    return type(node).__name__

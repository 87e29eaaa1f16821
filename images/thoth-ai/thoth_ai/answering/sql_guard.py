"""Refuses every SQL text that is not one harmless SELECT; the reader does not rely on it."""

import re
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from thoth_ai.answering.allowed import (
    FUNCTIONS,
    NODES,
    POSTGRES_FUNCTIONS,
    POSTGRES_NODES,
    ROOTS,
    SYSTEM_PREFIXES,
    TYPES,
)

LONGEST = 20_000
DEEPEST = 100
MOST_USES = 24
LONGEST_TRIM = 100
# A space to the parser is a letter to SQLite when it is not one of these four.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]|[^\S \t\r\n]")
_WIDE = re.compile(r"%[^a-zA-Z%]*?(?:\*|\d{4})")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a dialect's SQL may consist of; no types mean any."""

    nodes: frozenset[type[exp.Expr]]
    functions: frozenset[str]
    types: frozenset[str] = frozenset()
    qualified: bool = True


SQLITE = Allowed(NODES, FUNCTIONS)
POSTGRES = Allowed(POSTGRES_NODES, POSTGRES_FUNCTIONS, TYPES, qualified=False)


class RefusedSqlError(Exception):
    """The SQL holds something that is not on the list of what is allowed."""


def check(sql: str, *, dialect: str = "sqlite") -> str:
    """Return the SQL without a final semicolon; raises RefusedSqlError with what was refused."""
    text = sql.strip().removesuffix(";").rstrip()
    _check_text(text)
    root = _parsed(text, dialect)
    if type(root) not in ROOTS:
        raise RefusedSqlError("Only one SELECT is allowed.")
    allowed = POSTGRES if dialect == "postgres" else SQLITE
    for node in root.walk():
        _check_node(node, allowed)
        if isinstance(node, exp.DataType):
            _check_type(node, allowed)
        _check_cost(node)
    _check_uses(root)
    return text


def _check_text(text: str) -> None:
    if not text:
        raise RefusedSqlError("There is no SQL.")
    if len(text) > LONGEST:
        raise RefusedSqlError(f"SQL longer than {LONGEST:,} characters is not allowed.")
    if _CONTROL.search(text):
        raise RefusedSqlError("Control characters and unusual spaces are not allowed.")
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


def _check_node(node: exp.Expr, allowed: Allowed) -> None:
    match node:
        case exp.Anonymous() | exp.AnonymousAggFunc():
            _check_function(str(node.name), allowed)
        case exp.Table():
            _check_table(node, allowed)
        case exp.With():
            _check_with(node)
        case exp.Select() if not node.expressions:
            raise RefusedSqlError("A SELECT of nothing is not allowed.")
        case exp.Identifier() if not node.quoted and str(node.this).startswith("$"):
            raise RefusedSqlError("Parameters are not allowed.")
        case exp.In() if node.args.get("field") is not None:
            # SQLite reads the name as that of a table, which no check of tables would see.
            raise RefusedSqlError("IN without parentheses is not allowed.")
        case _ if type(node) not in allowed.nodes:
            raise RefusedSqlError(f"{_spoken(node)} is not allowed.")


def _check_cost(node: exp.Expr) -> None:
    """One call of these can take minutes, and SQLite looks at the clock only between calls."""
    match node:
        case exp.Trim(args={"expression": exp.Expr() as characters}):
            if not characters.is_string or len(characters.name) > LONGEST_TRIM:
                raise RefusedSqlError("TRIM of anything but a short text is not allowed.")
        case exp.Anonymous() if node.name.lower() == "printf":
            form = next(iter(node.expressions), None)
            if form is None or not form.is_string or _WIDE.search(form.name):
                raise RefusedSqlError("PRINTF needs a fixed format without large widths.")


def _check_function(name: str, allowed: Allowed) -> None:
    if name.lower() not in allowed.functions:
        raise RefusedSqlError(f"The function {name} is not allowed.")


def _check_type(kind: exp.DataType, allowed: Allowed) -> None:
    name = getattr(kind.this, "name", "")
    if allowed.types and name not in allowed.types and not isinstance(kind.this, exp.Interval):
        raise RefusedSqlError(f"The type {kind.sql()} is not allowed.")


def _check_table(table: exp.Table, allowed: Allowed) -> None:
    if not isinstance(table.this, exp.Identifier):
        raise RefusedSqlError("Functions that give tables are not allowed.")
    qualifiers = [str(table.db), str(table.catalog)]
    if any(qualifiers) and not allowed.qualified:
        raise RefusedSqlError("Tables are named without a schema.")
    names = [table.name.lower(), *(name.lower() for name in qualifiers)]
    if any(name.startswith(SYSTEM_PREFIXES) for name in names):
        raise RefusedSqlError(f"The table {table.name} is not allowed.")


def _check_with(clause: exp.With) -> None:
    """A query that refers to itself can run for ever; SQLite needs no RECURSIVE for it."""
    for common in clause.expressions:
        own = str(common.alias).lower()
        if any(table.name.lower() == own for table in common.this.find_all(exp.Table)):
            raise RefusedSqlError("Recursive queries are not allowed.")


def _check_uses(root: exp.Expr) -> None:
    """SQLite copies a common table for every use: a few that double one another fill the memory."""
    names = {str(common.alias).lower() for common in root.find_all(exp.CTE)}
    uses = sum(table.name.lower() in names for table in root.find_all(exp.Table))
    if uses > MOST_USES:
        raise RefusedSqlError(f"More than {MOST_USES} uses of common tables are not allowed.")


def _spoken(node: exp.Expr) -> str:
    if isinstance(node, exp.Func):
        return f"The function {node.sql_name()}"
    return type(node).__name__

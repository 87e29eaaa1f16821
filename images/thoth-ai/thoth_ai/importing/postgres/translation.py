"""SQL written for SQLite, told to PostgreSQL: kept only where both give the same rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from thoth_ai.answering import sql_guard
from thoth_ai.answering.reading import (
    Limits,
    QueryFailedError,
    QueryTimeoutError,
    Reader,
    Result,
    Value,
)
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.question_file import Proposal

LIMITS = Limits(seconds=10, rows=10_000, bytes=20_000_000)
DIGITS = 9
_NOT_RUN = (sql_guard.RefusedSqlError, QueryFailedError, QueryTimeoutError)


Names = dict[str, tuple[str, dict[str, str]]]


class NotTranslatedError(Exception):
    """The SQL does not mean the same on PostgreSQL, or cannot be told to it."""


@dataclass(frozen=True, slots=True)
class Translator:
    """Both sides of one import."""

    sqlite: Reader
    postgres: Reader
    names: Names

    def __call__(self, proposal: Proposal) -> Proposal:
        """Return the question with SQL for PostgreSQL; raises NotTranslatedError."""
        before = self._run(self.sqlite, proposal.sql, "sqlite")
        text = translated(sql_guard.check(proposal.sql), self.names)
        after = self._run(self.postgres, text, "postgres")
        if not same(before, after):
            raise NotTranslatedError("PostgreSQL gives other rows than SQLite.")
        return replace(proposal, sql=text)

    def _run(self, reader: Reader, sql: str, dialect: str) -> Result:
        try:
            return reader.run(sql_guard.check(sql, dialect=dialect), LIMITS)
        except _NOT_RUN as error:
            raise NotTranslatedError(f"{dialect}: {error}") from error


def columns_of(old: TableSchema, new: TableSchema) -> dict[str, str]:
    """Return how a table's columns are written here, by the lower case of their old names."""
    pairs = zip(old.columns, new.columns, strict=True)
    return {was.name.lower(): now.name for was, now in pairs}


def spellings(before: Sequence[TableSchema], after: Sequence[TableSchema]) -> Names:
    """Return how tables and columns are written here, by their old names in lower case."""
    return {
        old.name.lower(): (new.name, columns_of(old, new))
        for old, new in zip(before, after, strict=True)
    }


def translated(sql: str, names: Names) -> str:
    """Return it in PostgreSQL's words, its names spelled and quoted as the database does."""
    try:
        root = sqlglot.parse_one(sql, read="sqlite")
        spell(root, names)
        return root.sql(dialect="postgres")
    except (SqlglotError, RecursionError, ValueError, TypeError, AttributeError) as error:
        raise NotTranslatedError("It cannot be put into PostgreSQL's words.") from error


def spell(root: exp.Expr, names: Names) -> None:
    """SQLite does not mind how a name is written where it is used; PostgreSQL does."""
    used = {
        (table.alias or table.name).lower(): names[table.name.lower()]
        for table in root.find_all(exp.Table)
        if table.name.lower() in names
    }
    aliases = {
        str(one.alias).lower(): str(one.alias)
        for one in root.find_all(exp.Alias, exp.TableAlias)
        if one.alias
    }
    for name in root.find_all(exp.Identifier):
        if spelled := _spelled(name, used, names) or aliases.get(str(name.this).lower()):
            name.replace(exp.to_identifier(spelled, quoted=True))


def _spelled(name: exp.Identifier, used: Names, names: Names) -> str | None:
    lowered, parent = str(name.this).lower(), name.parent
    if isinstance(parent, exp.Table) and name.arg_key == "this":
        return names[lowered][0] if lowered in names else None
    if not isinstance(parent, exp.Column):
        return None
    if name.arg_key == "table":
        return names[lowered][0] if lowered in used and lowered in names else None
    own = used.get(parent.table.lower())
    tables = [own] if own else list(used.values())
    return next((columns[lowered] for _, columns in tables if lowered in columns), None)


def same(before: Result, after: Result) -> bool:
    """Compare rows, not their order; a number is equal if nine of its digits are."""
    if before.truncated or after.truncated:
        return before.truncated == after.truncated and len(before.rows) == len(after.rows)
    return _counted(before) == _counted(after)


def _counted(result: Result) -> Counter[tuple[Value, ...]]:
    return Counter(tuple(map(_comparable, row)) for row in result.rows)


def _comparable(value: Value) -> Value:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, int | float) else value

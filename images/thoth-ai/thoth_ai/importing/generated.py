"""Questions the tables can answer by themselves, so that a fresh import can be asked at once."""

import re
from collections.abc import Iterator, Mapping, Sequence

from thoth_ai.importing.checks import quoted
from thoth_ai.importing.finding import Profiles
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.knowledge import Knowledge
from thoth_ai.importing.question_file import Proposal
from thoth_ai.profiles import naming, telling
from thoth_ai.profiles.column import ColumnProfile

MOST_TABLES = 300
MOST_PROFILED, MOST_ROWS = 40, 5_000_000
MOST_GROUPS = 20
LEAST_NUMBERS = 20
NUMBERS, MOMENTS = "ifn", "dt"


def proposals(tables: Sequence[TableSchema]) -> Iterator[Proposal]:
    """Propose counting and looking for each table."""
    for table in tables[:MOST_TABLES]:
        source = quoted(table.name)
        spoken = " ".join(table.name.split())
        count = f'SELECT COUNT(*) AS "rows" FROM {source}'  # noqa: S608 - quoted
        yield _proposal(f"How many rows are in {spoken}?", count)
        yield _proposal(f"How many {plural(words(table.name))} are there?", count)
        yield _proposal(
            f"Show the first rows of {spoken}",
            f"SELECT * FROM {source} LIMIT 10",  # noqa: S608 - quoted
        )


def of_profiles(
    tables: Sequence[TableSchema], profiles: Profiles, knowledge: Knowledge
) -> Iterator[Proposal]:
    """Propose what the values suggest: counts by kind, averages, the latest day."""
    wanted = [table for table in tables if 1 < table.rows <= MOST_ROWS][:MOST_PROFILED]
    for table in wanted:
        seen, personal = profiles.get(table.name, {}), knowledge.about(table.name).personal
        keys = {key.column for key in table.foreign_keys}
        keys |= {column.name for column in table.columns if column.primary_key_position}
        open_ = {name: one for name, one in seen.items() if name not in personal | keys}
        yield from filter(None, (ask(table, open_) for ask in (_grouped, _average, _latest)))


def _grouped(table: TableSchema, seen: Mapping[str, ColumnProfile]) -> Proposal | None:
    for name, one in seen.items():
        if 1 < len(one.listed) <= MOST_GROUPS:
            column = quoted(name)
            return _proposal(
                f"How many {plural(words(table.name))} are there for each {telling.spoken(name)}?",
                f'SELECT {column}, COUNT(*) AS "rows" FROM {quoted(table.name)}'  # noqa: S608 - quoted
                f' GROUP BY {column} ORDER BY "rows" DESC, {column}',
                "moderate",
            )
    return None


def _average(table: TableSchema, seen: Mapping[str, ColumnProfile]) -> Proposal | None:
    for name, one in seen.items():
        number = one.kind in NUMBERS and not one.unique and one.distinct >= LEAST_NUMBERS
        if number and not naming.ENDINGS & set(telling.spoken(name).split()):
            sql = f'SELECT AVG({quoted(name)}) AS "average" FROM {quoted(table.name)}'  # noqa: S608 - quoted
            return _of_column("average", name, table, sql)
    return None


def _latest(table: TableSchema, seen: Mapping[str, ColumnProfile]) -> Proposal | None:
    for name, one in seen.items():
        if one.kind in MOMENTS and one.filled:
            sql = f'SELECT MAX({quoted(name)}) AS "latest" FROM {quoted(table.name)}'  # noqa: S608 - quoted
            return _of_column("latest", name, table, sql)
    return None


def _of_column(what: str, name: str, table: TableSchema, sql: str) -> Proposal:
    whole = plural(words(table.name))
    return _proposal(f"What is the {what} {telling.spoken(name)} of {whole}?", sql, "moderate")


def words(name: str) -> str:
    """Return a table's name as people say it: InvoiceLine becomes invoice line."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[_\-.]+", " ", spaced).split()).lower()


def plural(phrase: str) -> str:
    """Return a good guess at the plural of the last word."""
    if not phrase.isascii() or not phrase[-1:].isalpha() or phrase.endswith("s"):
        return phrase
    if phrase.endswith("y") and phrase[-2:-1] not in "aeiou":
        return phrase[:-1] + "ies"
    if phrase.endswith(("x", "ch", "sh", "z")):
        return phrase + "es"
    return phrase + "s"


def _proposal(question: str, sql: str, difficulty: str = "simple") -> Proposal:
    return Proposal(question, sql, evidence="", difficulty=difficulty, origin="generated")

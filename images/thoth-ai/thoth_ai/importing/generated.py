"""Questions every table can answer, so that a fresh import can be asked at once."""

import re
from collections.abc import Iterator, Sequence

from thoth_ai.importing.checks import quoted
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.question_file import Proposal

MOST_TABLES = 300


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


def _proposal(question: str, sql: str) -> Proposal:
    return Proposal(question, sql, evidence="", difficulty="simple", origin="generated")

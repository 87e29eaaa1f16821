"""What is told about a database from outside: descriptions, examples, evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thoth_ai.importing.question_file import Proposal


@dataclass(frozen=True, slots=True)
class TableText:
    """The words about a table and its columns."""

    description: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that comes with a database and is not in it."""

    title: str = ""
    notice: str = ""
    origin: str = ""
    tables: Mapping[str, TableText] = field(default_factory=dict)
    proposals: tuple[Proposal, ...] = ()
    evidence: tuple[str, ...] = ()

    def about(self, table: str) -> TableText:
        """Return the words about a table, none if there are none."""
        return self.tables.get(table, TableText())

"""What is told about a database from outside: descriptions, examples, evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thoth_ai.importing.description_files import DescriptionFile
from thoth_ai.importing.question_file import Proposal
from thoth_ai.importing.schema_names import ReadableTable


@dataclass(frozen=True, slots=True)
class TableText:
    """The words about a table, its columns and what the values of the columns mean.

    What is derived stands in where nobody described it.
    """

    description: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()
    judged: frozenset[str] = frozenset()
    """Columns of which somebody said whether they are personal."""
    derived: str = ""
    derived_columns: Mapping[str, str] = field(default_factory=dict)
    by_model: frozenset[str] = frozenset()
    """Columns whose derived words a language model wrote; the table's under an empty name."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that comes with a database and is not in it."""

    title: str = ""
    notice: str = ""
    origin: str = ""
    tables: Mapping[str, TableText] = field(default_factory=dict)
    proposals: tuple[Proposal, ...] = ()
    evidence: tuple[str, ...] = ()
    files: tuple[DescriptionFile, ...] = ()
    readable: Mapping[str, ReadableTable] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def about(self, table: str) -> TableText:
        """Return the words about a table, none if there are none."""
        return self.tables.get(table, TableText())

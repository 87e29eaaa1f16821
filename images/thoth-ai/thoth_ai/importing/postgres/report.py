"""What an import says of every table and column, kept with the workspace."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from thoth_ai.importing.postgres.verification import Sent
from thoth_ai.profiles.column import ColumnProfile


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """A column as both sides have it."""

    name: str
    type: str
    nulls: int
    diverted: int
    hash: str
    profile: ColumnProfile | None = None

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Return one that was stored."""
        told = document.get("profile")
        return cls(**{**document, "profile": ColumnProfile.read(told) if told else None})


@dataclass(frozen=True, slots=True)
class TableReport:
    """A table as both sides have it, and what could not be kept."""

    name: str
    source: str
    rows_in: int
    rows_out: int
    diverted: int
    columns: tuple[ColumnReport, ...]
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, source: str, name: str, rows: int, sent: Sequence[Sent], warnings: Sequence[str]
    ) -> Self:
        """Write down what was verified."""
        columns = tuple(
            ColumnReport(
                one.name,
                one.kind.name,
                one.totals[0],
                one.totals[1],
                f"{one.totals[2]:016x}",
                one.profiled(rows),
            )
            for one in sent
        )
        diverted = sum(one.diverted for one in columns)
        return cls(name, source, rows, rows, diverted, columns, tuple(warnings))

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Return one that was stored."""
        columns = tuple(ColumnReport.read(one) for one in document["columns"])
        return cls(**{**document, "columns": columns, "warnings": tuple(document["warnings"])})

    def as_document(self) -> dict[str, Any]:
        """Return it for storing."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole import, verified on both sides."""

    tables: tuple[TableReport, ...] = ()
    seconds: float = 0.0
    encoder: str = ""
    resumed: int = 0
    renamed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What changed names were in the file, by table and column; the table's own is unnamed."""

    @property
    def rows(self) -> int:
        """Return how many rows went in, and came out."""
        return sum(table.rows_in for table in self.tables)

    @property
    def diverted(self) -> int:
        """Return how many values are among the rejects."""
        return sum(table.diverted for table in self.tables)

    @property
    def sentence(self) -> str:
        """Return how the report ends."""
        return f"{self.rows:,} rows in, {self.rows:,} rows out, {self.diverted:,} values diverted"

    def as_document(self) -> dict[str, Any]:
        """Return what is kept with the workspace."""
        return {
            "rows_in": self.rows,
            "rows_out": self.rows,
            "diverted": self.diverted,
            "verified": self.sentence,
            "encoder": self.encoder,
            "renamed": self.renamed,
            "tables": [_verified(table) for table in self.tables],
        }


def _verified(table: TableReport) -> dict[str, Any]:
    """Leave the profiles out, which are kept with the columns."""
    bare = tuple(replace(column, profile=None) for column in table.columns)
    document = replace(table, columns=bare).as_document()
    for column in document["columns"]:
        del column["profile"]
    return document

"""What an import brought, for whoever waits for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from thoth_ai.importing import describing, value_index
from thoth_ai.importing.descriptions import Described
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.postgres.report import Report
from thoth_ai.importing.trial import Rejection
from thoth_ai.profiles.joins import Join


@dataclass(frozen=True, slots=True)
class Summary:
    """What an import brought."""

    workspace: str
    tables: tuple[TableSchema, ...]
    examples: int
    rejected: tuple[Rejection, ...]
    documents: int
    replaced: bool
    described: Described
    report: Report
    joins: tuple[Join, ...]
    written: describing.Written
    values: value_index.Facts

    def as_event(self) -> Mapping[str, object]:
        """Return the fields of the result event."""
        return {
            "workspace": self.workspace,
            "rows": self.report.rows,
            "rows_in": self.report.rows,
            "rows_out": self.report.rows,
            "diverted": self.report.diverted,
            "verified": self.report.sentence,
            "encoder": self.report.encoder,
            "resumed": self.report.resumed,
            "seconds": round(self.report.seconds, 3),
            "tables": self._tables(),
            "foreign_keys": sum(
                len({key.number for key in table.foreign_keys}) for table in self.tables
            ),
            "examples": self.examples,
            "rejected_examples": [
                {"question": entry.question, "reason": entry.reason} for entry in self.rejected
            ],
            "documents": self.documents,
            "values": self.values,
            "replaced": self.replaced,
            "evidence": len(self.described.knowledge.evidence),
            "descriptions": self._descriptions(),
            "joins": [join.as_document() for join in self.joins],
            "model": self.written.as_document(),
            "warnings": list(self.described.knowledge.warnings),
        }

    def _tables(self) -> list[dict[str, object]]:
        return [
            {
                "name": table.name,
                "rows": table.rows,
                "columns": len(table.columns),
                "rows_in": report.rows_in,
                "rows_out": report.rows_out,
                "diverted": report.diverted,
            }
            for table, report in zip(self.tables, self.report.tables, strict=True)
        ]

    def _descriptions(self) -> Mapping[str, object]:
        about = self.described.knowledge.about
        texts = [about(table.name) for table in self.tables]
        names = [(about(table.name), one.name) for table in self.tables for one in table.columns]
        return {
            "tables": sum(bool(text.description) for text in texts),
            "columns": sum(name in text.columns or name in text.values for text, name in names),
            "values": sum(name in text.values for text, name in names),
            "personal": sum(len(text.personal) for text in texts),
            "files": [
                {"file": one.file.name, "table": one.table.name, "matched_by": one.how}
                for one in self.described.pairs
            ],
        }

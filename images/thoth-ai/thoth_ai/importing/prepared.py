"""What an import found out, before anything of it can be seen."""

from dataclasses import dataclass

from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.knowledge import Knowledge
from thoth_ai.importing.postgres.report import Report
from thoth_ai.importing.question_file import Proposal
from thoth_ai.importing.taught import Before
from thoth_ai.importing.trial import Rejection
from thoth_ai.profiles.joins import Join
from thoth_ai.workspaces.points import IndexedDocument


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that is to be committed, and what it goes by."""

    sha256: str
    tables: tuple[TableSchema, ...]
    knowledge: Knowledge
    examples: tuple[Proposal, ...]
    rejected: tuple[Rejection, ...]
    indexed: tuple[IndexedDocument, ...]
    report: Report
    joins: tuple[Join, ...]
    before: Before
    model: str = ""
    """The language model that described what nobody did, if one was asked."""
    told: bool = False
    """Whether it was told values: what it wrote then may say them."""
